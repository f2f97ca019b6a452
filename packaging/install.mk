# make install, uninstall and deb: what is built, put where programs and package managers look for it.

PREFIX     ?= /usr/local
LIBDIR     ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
MANDIR     ?= $(PREFIX)/share/man

MANUAL := $(BUILD)/man
PLACES  = PREFIX='$(PREFIX)' LIBDIR='$(LIBDIR)' INCLUDEDIR='$(INCLUDEDIR)' MANDIR='$(MANDIR)' DESTDIR='$(DESTDIR)' PYTHON='$(PYTHON)'

.PHONY: man install uninstall deb

# Built where it is missing and otherwise taken as it is: whoever installs, often root, need not have Swift.
$(RELEASE)/libllm.so:
	@$(MAKE) --no-print-directory lib

man:                     ## write the man pages from include/llm.h into .build/man
	@$(PYTHON) packaging/manual.py $(MANUAL)

install: man $(RELEASE)/libllm.so ## install what was built (PREFIX=/usr/local LIBDIR=PREFIX/lib DESTDIR=)
	@$(PLACES) packaging/install $(RELEASE)/libllm.so $(MANUAL)

uninstall: man           ## remove what make install put there, given the same variables
	@$(PLACES) packaging/install --uninstall $(MANUAL)

deb: man $(RELEASE)/libllm.so ## build Debian packages, libllm1 and libllm-dev, into .build/deb
	@PYTHON='$(PYTHON)' packaging/deb $(RELEASE)/libllm.so $(MANUAL) $(BUILD)/deb
