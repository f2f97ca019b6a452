"""Runs a page's program: C compiled with every warning an error, Python, Node, the shell. All see one environment, in which
the providers of the page are the loopback server."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Dict, List

from library import KEY, PATH, provider_list
from pages import ROOT, Block

STRICT = ["-std=c11", "-D_DEFAULT_SOURCE", "-Wall", "-Wextra", "-pedantic", "-Werror"]
SECONDS = 60
#: What stands around statements: a client of echo, and names for what they produce.
AROUND = """
#include <llm.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    llm_client *client = NULL;
    llm_error *error = NULL;
    llm_status status = llm_client_create("{\\"provider\\": \\"echo\\"}", &client, &error);
%s
    (void)status;
    if (error) fprintf(stderr, "%%s\\n", llm_error_message(error));
    llm_error_free(error);
    llm_client_destroy(client);
    return 0;
}
"""


def environment(url: str) -> Dict[str, str]:
    """No variable of the user's own that the library reads, and every provider at `url`."""
    prefixes = tuple({one["environment_prefix"] + "_" for one in provider_list()})
    env = {name: value for name, value in os.environ.items()
           if not name.startswith((*prefixes, "LLM_PROVIDER", "LLM_LOG", "RATE_LIMIT_", "RETRY_", "MAX_CONCURRENT_", "AWS_"))}
    for one in provider_list():
        env[one["environment_prefix"] + "_BASE_URL"] = url
        for variable in one["api_key_env"]:
            env[variable] = KEY
    env.update(SCALING_MEMORY_LIBRARY=PATH, PYTHONPATH=str(ROOT / "bindings/python/src"), PYTHONDONTWRITEBYTECODE="1",
               NO_PROXY="127.0.0.1")
    return env


def at_loopback(text: str, url: str) -> str:
    """The program with its servers on this machine in place of the real ones: an address that stands in it, and of a provider
    that is named without one."""
    text = re.sub(r"http://(127\.0\.0\.1|localhost):\d+", url, text)
    named = "|".join(re.escape(one["name"]) for one in provider_list() if one["name"] != "echo")
    text = re.sub(rf'Client\("({named})"', rf'Client("\1", base_url="{url}"', text)
    text = re.sub(rf"provider: '({named})'", rf"provider: '\1', base_url: '{url}'", text)
    return re.sub(rf'\\"provider\\": \\"({named})\\"', rf'\\"provider\\": \\"\1\\", \\"base_url\\": \\"{url}\\"', text)


def run(block: Block, url: str, folder: Path) -> "subprocess.CompletedProcess[str]":
    text = at_loopback(block.text, url)
    if block.language == "c":
        command = [str(compiled(text, folder))]
    elif block.language == "python":
        command = [str(Path(os.environ.get("PYTHON") or shutil.which("python3") or "python3")), "-c", text]
    elif block.language == "js":
        here = text.replace("'scaling-memory'", f"'{(ROOT / 'bindings/node/src/index.js').as_uri()}'")
        command = [os.environ.get("NODE", "node"), "--experimental-ffi", "--disable-warning=ExperimentalWarning",
                   "--input-type=module", "-e", here]
    else:
        command = ["sh", "-eu", "-c", text]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=SECONDS, cwd=ROOT,
                          env=environment(url))


def compiled(text: str, folder: Path) -> Path:
    program, code = folder / "program", folder / "program.c"
    code.write_text(text if "int main(" in text else AROUND % text)
    library = Path(PATH).resolve().parent
    command: List[str] = [os.environ.get("CC", "cc"), *STRICT, f"-I{ROOT / 'include'}", str(code), "-o", str(program),
                          f"-L{library}", "-lllm", f"-Wl,-rpath,{library}"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS)
    assert done.returncode == 0, done.stderr
    return program
