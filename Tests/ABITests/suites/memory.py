"""What a call allocates is given back: support/memory.c, with support/preload_memory.c counting underneath it."""
import signal
import subprocess

from servers import fault_server

GUARD_S = 300  # only against a hang


def tests(context):
    program = context.builder.program(context.here / "support" / "memory.c")
    listed = subprocess.run([program, "--list"], stdout=subprocess.PIPE, text=True, check=True,
                            env=context.environment())
    names = listed.stdout.splitlines()
    assert names, f"{program} --list named no test"
    for name in names:
        yield f"nothing stays allocated: {name}", lambda n=name: measure(context, program, n)


def measure(context, program, name):
    with fault_server(context.certificates) as server:
        environment = context.environment(ABI_FAULT_SERVER=server.address,
                                          LD_PRELOAD=str(context.folder / "preload_memory.so"))
        try:
            done = subprocess.run([program, name], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                  stderr=subprocess.STDOUT, text=True, env=environment, timeout=GUARD_S)
        except subprocess.TimeoutExpired as hung:
            raise AssertionError(f"{(hung.stdout or b'').decode(errors='replace')}hung: ended from outside") from None
    how = signal.Signals(-done.returncode).name if done.returncode < 0 else done.returncode
    assert done.returncode == 0, f"{done.stdout}ended with {how}"
    return done.stdout.strip()
