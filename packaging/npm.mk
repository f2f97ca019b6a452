# make addon and npm: the Node package, and in it the addon for a Node without node:ffi.

ADDON         := $(RELEASE)/scaling-memory.node
ADDON_SOURCES := $(wildcard bindings/node/native/*.c)
# Where node_api.h is: beside the Node on PATH, or as Debian's libnode-dev has it. Any version's will do.
NODE_INCLUDE  ?= $(patsubst %/node_api.h,%,$(firstword $(wildcard $(addsuffix /node_api.h,\
  $(abspath $(dir $(realpath $(shell command -v node)))../include/node) /usr/include/node /usr/local/include/node /usr/include/nodejs/src))))

.PHONY: addon npm

addon: $(ADDON)          ## build the Node-API addon, .build/release/scaling-memory.node (NODE_INCLUDE=... where node_api.h is)

# -isystem: what is in Node's headers is not ours to warn of. NO_EXTERNAL_BUFFERS: Electron has no such functions.
$(ADDON): $(ADDON_SOURCES) $(wildcard bindings/node/native/*.h) include/llm.h
	@[ -n '$(NODE_INCLUDE)' ] || { echo 'There is no node_api.h here: install Node.js with its headers, or name their folder with NODE_INCLUDE=...' >&2; exit 1; }
	@mkdir -p $(@D)
	$(CC) -std=c99 -D_POSIX_C_SOURCE=200809L -DNAPI_VERSION=8 -DNODE_API_NO_EXTERNAL_BUFFERS_ALLOWED $(STRICT) $(CFLAGS) -fPIC -fvisibility=hidden -shared \
	  -Iinclude -isystem $(NODE_INCLUDE) $(ADDON_SOURCES) -ldl -Wl,--as-needed -s -o $@

npm:                     ## build an npm package that needs nothing from the system into .build/npm
	@PYTHON='$(PYTHON)' .ci/deps wheel
	@MAKE='$(MAKE)' $(PYTHON) .ci/npm $(PACKAGES)
