"""The C examples that drive 1,000 streams from one thread, each in a loop of another kind."""
import subprocess
import sys

from servers import HERE, Server

STREAMS, PIECES = 1000, 10
TEXT_BYTES = STREAMS * PIECES * len("word0000")
GUARD_S = 100  # only against a hang


def tests(context):
    for loop in ("poll", "epoll", "libuv"):
        yield f"{STREAMS:,} streams at once from a loop of {loop}", lambda loop=loop: drive(context, loop)


def drive(context, loop):
    program = context.root / ".build" / "examples" / f"many_streams_{loop}"
    if not program.exists():
        raise context.skip(f"{program.name} is not built: make examples does that" + " where there is a libuv" * (loop == "libuv"))
    with Server([sys.executable, HERE / "gathering_server.py", STREAMS, PIECES]) as server:
        environment = context.environment(
            LLM_PROVIDER="openai", OPENAI_MODEL="m", OPENAI_BASE_URL=server.address, RATE_LIMIT_PER_MINUTE="0",
            RATE_LIMIT_PER_HOUR="0", MAX_CONCURRENT_REQUESTS="0", LD_LIBRARY_PATH=str(context.builder.libraries))
        try:
            done = subprocess.run([program, str(STREAMS)], stdin=subprocess.DEVNULL, capture_output=True, text=True,
                                  env=environment, timeout=GUARD_S)
        except subprocess.TimeoutExpired as hung:
            raise AssertionError(f"hung, and said {(hung.stderr or b'')[-2000:]!r}") from None
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-2000:]}"
    # Adjacent pieces may come as one event: the bytes are certain, the events only between two bounds.
    said = done.stdout.split()
    assert said[:2] == [str(STREAMS), "streams,"] and done.stdout.endswith(f"{TEXT_BYTES} bytes of text, 0 failed\n"), done.stdout
    assert 2 * STREAMS <= int(said[2]) <= STREAMS * (PIECES + 1), done.stdout
