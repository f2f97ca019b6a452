"""The library as a file, and the header by itself: what programs that were built elsewhere rely on."""
import re
import shutil
import socket
import subprocess

from servers import fault_server

NODE = "LLM_1"
SONAME = "libllm.so.1"
NEEDED = {"libcurl.so.4", "libstdc++.so.6", "libc.so.6", "libm.so.6", "libgcc_s.so.1"}
LOADER = re.compile(r"ld-linux.*\.so\.\d+$")
MAX_BYTES = 7_500_000
STRICT = ["-Wall", "-Wextra", "-pedantic", "-Werror"]
COMPILERS = [("gcc", "c", "c99"), ("clang", "c", "c99"), ("g++", "c++", "c++11"), ("clang++", "c++", "c++11")]
ANSWER = "2 + 2 = 4"


def tests(context):
    yield "exactly the functions of llm.h, all under version node LLM_1", lambda: exports_are_the_headers(context)
    yield "the soname is libllm.so.1, and the library stays loaded after dlclose()", lambda: name_and_flags(context)
    yield "no library is needed but libcurl and what every system has", lambda: needed_libraries(context)
    yield "no more than 7.5 MB", lambda: size(context)
    yield "what Swift exports is held to the header's types in Signatures.swift", lambda: signatures(context)
    for compiler, language, standard in COMPILERS:
        yield (f"llm.h alone is {standard} to {compiler}, every warning an error",
               lambda c=compiler, l=language, s=standard: header_alone(context, c, l, s))
    for compiler, language, standard in COMPILERS[:2]:
        yield (f"the example in llm.h, compiled by {compiler}, streams an answer",
               lambda c=compiler: header_example(context, c))
        yield (f"the example of queues in llm.h, compiled by {compiler}, runs 20 streams",
               lambda c=compiler: queue_example(context, c))


def output_of(*command):
    done = subprocess.run([str(part) for part in command], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, f"{' '.join(map(str, command))}\n{done.stdout}"
    return done.stdout


def header_text(context):
    return (context.include / "llm.h").read_text()


def declared_functions(context):
    """The names of the functions that the header declares."""
    code = re.sub(r"/\*.*?\*/", "", header_text(context), flags=re.DOTALL)
    names = re.findall(r"\b(llm_\w+)\s*\((?!\*)", code)
    assert len(names) == len(set(names)) and "llm_stream" in names, names
    return set(names)


def exports_are_the_headers(context):
    symbols = {}
    for line in output_of("nm", "-D", "--defined-only", context.library).splitlines():
        *_, kind, name = line.split()
        name, _, version = name.partition("@@")
        if name != NODE:  # the node itself is an absolute symbol
            symbols[name] = (kind, version)
    declared = declared_functions(context)
    assert declared == set(symbols), (f"declared and not exported: {sorted(declared - set(symbols))}; "
                                      f"exported and not declared: {sorted(set(symbols) - declared)}")
    others = {name: what for name, what in symbols.items() if what != ("T", NODE)}
    assert not others, f"not a function under {NODE}: {others}"
    return f"{len(symbols)} functions"


def dynamic_section(context):
    return output_of("readelf", "-dW", context.library)


def name_and_flags(context):
    dynamic = dynamic_section(context)
    assert re.findall(r"\(SONAME\).*\[(.*)\]", dynamic) == [SONAME], dynamic
    assert re.search(r"\(FLAGS_1\).*\bNODELETE\b", dynamic), dynamic


def needed_libraries(context):
    needed = {name for name in re.findall(r"\(NEEDED\).*\[(.*)\]", dynamic_section(context)) if not LOADER.match(name)}
    assert needed == NEEDED, f"beyond those allowed: {sorted(needed - NEEDED)}; missing: {sorted(NEEDED - needed)}"


def size(context):
    bytes_ = context.library.stat().st_size
    assert bytes_ <= MAX_BYTES, f"{bytes_:,} bytes"
    return f"{bytes_:,} bytes"


def signatures(context):
    sources = context.root / "Sources" / "LLM"
    exported = set()
    for source in sources.glob("*.swift"):
        exported |= set(re.findall(r'@_cdecl\("(\w+)"\)', source.read_text()))
    pairs = re.findall(r"\bsame\(CLLM\.(\w+), LLM\.(\w+)\)", (sources / "Signatures.swift").read_text())
    crossed = [pair for pair in pairs if pair[0] != pair[1]]
    assert not crossed, f"held against another function's type: {crossed}"
    held = {name for name, _ in pairs}
    assert exported and exported == held, (f"exported and not in Signatures.swift: {sorted(exported - held)}; "
                                           f"there and not exported: {sorted(held - exported)}")
    return f"{len(held)} functions"


def header_alone(context, compiler, language, standard):
    if not shutil.which(compiler):
        raise context.skip(f"there is no {compiler}")
    output_of(compiler, "-x", language, f"-std={standard}", *STRICT, "-fsyntax-only", context.include / "llm.h")


def example_source(context):
    """The program in the header's first comment, as it stands there."""
    comment = header_text(context).split("*/")[0]
    lines = [line[len(" *     "):] for line in comment.splitlines() if line.startswith(" *     ")]
    source = "\n".join(lines) + "\n"
    assert source.startswith("#include <llm.h>") and source.rstrip().endswith("}"), source
    return source


def header_example(context, compiler):
    if not shutil.which(compiler):
        raise context.skip(f"there is no {compiler}")
    with fault_server(context.certificates) as server, Scripted(server.address) as scripted:
        config = '"{\\"provider\\": \\"openai\\"}"'
        ours = f'"{{\\"provider\\": \\"openai\\", \\"model\\": \\"m\\", \\"base_url\\": \\"{scripted.url}/v1\\"}}"'
        source = example_source(context)
        assert source.count(config) == 1, source
        program = context.folder / f"header-example-{compiler}"
        code = program.with_suffix(".c")
        code.write_text(source.replace(config, ours))
        output_of(compiler, "-std=c99", *STRICT, f"-I{context.include}", code, "-o", program,
                  *context.builder.link_flags)
        done = subprocess.run([program], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              env=context.environment(OPENAI_API_KEY="sk-of-the-example"))
    assert (done.returncode, done.stderr) == (0, ""), (done.returncode, done.stdout, done.stderr)
    answer, response, end = done.stdout.split("\n")
    assert answer == ANSWER and f'"content":"{ANSWER}"' in response and end == "", done.stdout


QUEUE_MAIN = """
int main(int count, char **arguments) {
  llm_client *client = NULL;
  llm_queue *queue = NULL;
  llm_call *calls[20];
  uint64_t i;
  if (count != 2 || llm_client_create(arguments[1], &client, NULL) || llm_queue_create(&queue, NULL)) return 1;
  for (i = 0; i < 20; i++)
    if (llm_call_start(client, LLM_OP_STREAM, "[{\\"role\\":\\"user\\",\\"content\\":\\"?\\"}]", queue, i, &calls[i], NULL)) return 2;
  run(queue, 20);
  for (i = 0; i < 20; i++) llm_call_free(calls[i]);
  llm_queue_destroy(queue);
  llm_client_destroy(client);
  return 0;
}
"""


def queue_example(context, compiler):
    if not shutil.which(compiler):
        raise context.skip(f"there is no {compiler}")
    lines = header_text(context).splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith(" *     static void run(llm_queue"))
    last = next(i for i in range(first, len(lines)) if lines[i] == " *     }")
    example = "\n".join(line[len(" *     "):] for line in lines[first:last + 1])
    includes = "".join(f"#include <{name}.h>\n" for name in ("llm", "poll", "stdio", "stdlib"))
    program = context.folder / f"queue-example-{compiler}"
    code = program.with_suffix(".c")
    code.write_text(includes + example + QUEUE_MAIN)
    output_of(compiler, "-std=c11", *STRICT, f"-I{context.include}", code, "-o", program, *context.builder.link_flags)
    with fault_server(context.certificates) as server, Scripted(server.address) as scripted:
        config = (f'{{"provider": "openai", "model": "m", "base_url": "{scripted.url}/v1", "api_key": "k", '
                  '"rate_limit": {"per_minute": 0, "per_hour": 0, "max_concurrent": 0}}')
        done = subprocess.run([program, config], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
                              env=context.environment())
    assert (done.returncode, done.stderr) == (0, ""), (done.returncode, done.stdout, done.stderr)
    answers = {}
    for line in done.stdout.splitlines():
        tag, text = line.split(": ", 1)
        answers[tag] = answers.get(tag, "") + text
    assert answers == {str(tag): ANSWER for tag in range(20)}, answers


class Scripted:
    """A port of the fault server that answers every request with one streamed answer."""

    def __init__(self, control):
        self.socket = socket.create_connection(("127.0.0.1", int(control)))
        self.lines = self.socket.makefile("rwb")

    def command(self, line, payload=b""):
        self.lines.write(line.encode() + b"\n" + payload)
        self.lines.flush()
        answer = self.lines.readline().split()
        assert answer[:1] == [b"ok"], (line, answer)
        return answer[1].decode() if len(answer) > 1 else ""

    def __enter__(self):
        self.url = f"http://127.0.0.1:{self.command('listen')}"
        events = [f'{{"id":"c","model":"m","choices":[{{"index":0,"delta":{{"content":"{piece}"}}}}]}}'
                  for piece in (ANSWER[:4], ANSWER[4:])]
        events += ['{"id":"c","model":"m","choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}', "[DONE]"]
        body = "".join(f"data: {event}\n\n" for event in events)
        reply = ("HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
                 f"content-length: {len(body)}\r\n\r\n{body}").encode()
        self.command("reply")
        self.command(f"send {len(reply)}", reply)
        return self

    def __exit__(self, *_):
        self.lines.close()
        self.socket.close()
