# libllm's commands. `make help` lists them; README.md says what they are for.

SWIFT  ?= swift
PYTHON ?= python3

BUILD    := .build
RELEASE  := $(BUILD)/release
# The example of a libuv loop is built where there is a libuv (Debian's libuv1-dev).
LIBUV    := $(shell pkg-config --silence-errors --libs libuv)
EXAMPLES := $(patsubst examples/c/%.c,$(BUILD)/examples/%,$(filter-out $(if $(LIBUV),,%_libuv.c),$(wildcard examples/c/*.c)))

# Relocations packed to a twentieth of their size (half a megabyte), which loaders understand from glibc 2.36 on. Set it
# empty for a library that is to run on older systems than the one it is built on.
PACKED_RELOCATIONS ?= $(if $(shell printf '2.36\n%s\n' "$$(getconf GNU_LIBC_VERSION | cut -d' ' -f2)" | sort -CV && echo yes),-Xlinker -z -Xlinker pack-relative-relocs)

# Swift's runtime in a form for shipping, which the linker takes in place of the toolchain's.
RUNTIME := $(BUILD)/runtime
LEAN_RUNTIME := $(foreach name,swiftCore swift_Concurrency swiftSynchronization swiftGlibc,\
  -Xlinker '--remap-inputs=*/lib$(name).a=$(CURDIR)/$(RUNTIME)/lib$(name).a')

# What each is for: users install no Swift (-static-stdlib); the exports are llm.h's and nothing else, under one version
# node (--version-script); the loader and the linker know the ABI by name (-soname); threads and exit handlers outlive a
# dlclose (nodelete); what it needs is looked for where the system says and nowhere else (--disable-local-rpath); and what
# nobody reaches is not shipped: sections that can be dropped one by one (-function-sections), public names of Swift among
# them (-internalize-at-link), no regular expressions (-disable-implicit-string-processing...), no names of stored
# properties (-disable-reflection-metadata), and identical functions once. The description of a generic type is made by
# code and not from the type's name, which takes longer where it is first used
# (-disable-concrete-type-metadata...). Overlapping accesses are looked for in debug builds, which the tests of the core
# are, and not at run time here (-enforce-exclusivity=unchecked).
LIBRARY_FLAGS := -c release --product llm \
  -Xswiftc -static-stdlib -Xswiftc -use-ld=lld -Xswiftc -O -Xswiftc -enforce-exclusivity=unchecked \
  -Xswiftc -Xfrontend -Xswiftc -disable-implicit-string-processing-module-import \
  -Xswiftc -Xfrontend -Xswiftc -disable-reflection-metadata \
  -Xswiftc -Xfrontend -Xswiftc -disable-concrete-type-metadata-mangled-name-accessors \
  -Xswiftc -Xfrontend -Xswiftc -function-sections -Xswiftc -Xfrontend -Xswiftc -internalize-at-link \
  -Xcxx -ffunction-sections -Xcxx -fdata-sections -Xcxx -fvisibility=hidden \
  -Xlinker --version-script=$(CURDIR)/Sources/LLM/exports.map \
  -Xlinker -soname=libllm.so.1 \
  -Xlinker -z -Xlinker nodelete \
  --disable-local-rpath \
  -Xlinker --as-needed \
  -Xlinker --gc-sections -Xlinker --icf=all \
  $(LEAN_RUNTIME) \
  $(PACKED_RELOCATIONS) \
  -Xlinker -s \
  $(SWIFT_FLAGS)

STRICT := -Wall -Wextra -pedantic -Werror
CFLAGS ?= -O2

include packaging/install.mk
include packaging/npm.mk

.PHONY: lib examples demo wheel test soak fuzz bench compare compare-docs format lint clean distclean help
.DEFAULT_GOAL := lib

lib:                     ## build .build/release/libllm.so (the default)
	@.ci/deps
	@SWIFT='$(SWIFT)' packaging/lean-runtime $(RUNTIME)
	@[ ! $(RUNTIME)/libswiftCore.a -nt $(RELEASE)/libllm.so ] || rm -f $(RELEASE)/libllm.so
	@$(SWIFT) build $(LIBRARY_FLAGS)
	@ln -sfn libllm.so $(RELEASE)/libllm.so.1

examples: lib            ## build the C examples into .build/examples
	@$(MAKE) --no-print-directory $(EXAMPLES)

$(BUILD)/examples/%: examples/c/%.c $(wildcard examples/c/*.h) include/llm.h
	@mkdir -p $(@D)
	$(CC) -std=c99 $(STRICT) $(CFLAGS) -Iinclude $< -L$(RELEASE) -lllm $(LIBRARIES) -Wl,-rpath,'$$ORIGIN/../release' -o $@

$(BUILD)/examples/%_libuv: LIBRARIES = $(LIBUV)

demo:                    ## stream answers from a real model with C, Python and Node (PROVIDER=openai: from the real one)
	@PYTHON='$(PYTHON)' .ci/deps demo
	@MAKE='$(MAKE)' PROVIDER='$(PROVIDER)' $(PYTHON) .ci/demo

wheel:                   ## build a Python wheel that needs nothing from the system into .build/wheel
	@PYTHON='$(PYTHON)' .ci/deps wheel
	@MAKE='$(MAKE)' $(PYTHON) .ci/wheel $(WHEELS)

test:                    ## run the Swift, C, Python and Node tests
	@PYTHON='$(PYTHON)' .ci/deps tests
	@MAKE='$(MAKE)' $(PYTHON) .ci/test $(SUITES)

soak: lib                ## make 100,000 calls with faults of all kinds (LLM_FAULT_CALLS=N for another number)
	@LLM_LIBRARY=$(CURDIR)/$(RELEASE)/libllm.so LLM_FAULT_CALLS=$${LLM_FAULT_CALLS:-100000} $(PYTHON) Tests/Faults/test_soak.py

FUZZ_SECONDS ?= 600

fuzz:                    ## fuzz what reads what servers send: 10 minutes a target (FUZZ_SECONDS=20 FUZZ='sse anthropic')
	@.ci/deps
	@SWIFT='$(SWIFT)' $(PYTHON) Tests/Fuzzing/run --seconds $(FUZZ_SECONDS) $(FUZZ)

bench: lib               ## measure against bare libcurl and other libraries: 20 minutes (QUICK=1: 3)
	@PYTHON='$(PYTHON)' .ci/deps bench
	@LLM_LIBRARY_DIR=$(CURDIR)/$(RELEASE) $(PYTHON) Tests/Benchmarks/run $(if $(QUICK),--quick) $(BENCH_FLAGS)

bench-docs:              ## the same, and write the figures to docs/BENCHMARKS.md
	@$(MAKE) --no-print-directory bench BENCH_FLAGS=--docs

compare: lib             ## run libllm and other clients against the same difficult streams: 5 minutes
	@PYTHON='$(PYTHON)' .ci/deps demo
	@LLM_LIBRARY_DIR=$(CURDIR)/$(RELEASE) $(PYTHON) Tests/Comparison/run $(COMPARE_FLAGS)

compare-docs:            ## the same, and write what came out of it to docs/COMPARISON.md
	@$(MAKE) --no-print-directory wheel
	@$(MAKE) --no-print-directory compare COMPARE_FLAGS=--docs

format:                  ## format the Swift sources
	@$(SWIFT) format --in-place --parallel --recursive Sources Tests Package.swift

lint:                    ## check formatting, and the header and the examples as C and C++ with every warning an error
	@$(SWIFT) format lint --strict --parallel --recursive Sources Tests Package.swift
	@.ci/headers

clean:                   ## remove what was built
	rm -rf $(RUNTIME) $(BUILD)/examples $(BUILD)/man $(BUILD)/deb $(BUILD)/wheel $(BUILD)/npm $(BUILD)/logs $(BUILD)/test-logs $(BUILD)/*-linux-gnu $(BUILD)/release $(BUILD)/debug .build-*

distclean:               ## remove that and what was downloaded
	rm -rf $(BUILD) .build-*

help:                    ## show this
	@printf 'make [target]\n\n'
	@sed -nE 's/^([a-z-]+):[^#]*## (.*)/  \1\t\2/p' $(MAKEFILE_LIST) | expand -t 16
