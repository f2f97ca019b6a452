"""Many paced streams at once: libllm on its one I/O thread against libcurl's multi interface on epoll, in turn.

A scene starts its streams at a set rate and measures while all of them run. Beside a client's figures stand the server's: how
late its own events were and what part of a core it used, which say whether it was the limit.
"""

import json
import subprocess
from typing import Any, Dict, List, NamedTuple, Optional

import clients
import places
import serving
from figures import summaries

PROGRAMS = {"bare_curl": "bare_scale", "libllm_c": "libllm_scale"}
SLACK_S = 2.0


class Scene(NamedTuple):
    key: str
    title: str
    streams: int
    rate: float  # events a second of each; 0: as fast as they come
    repeats: int = 1
    window_s: float = 5
    events: int = 0  # of a burst
    starts: int = 1000  # streams started a second
    readers: int = 1
    tls: bool = False
    http2: bool = False

    def arguments(self) -> List[str]:
        events = self.events or max(int(self.rate * (self.streams / self.starts + self.window_s + SLACK_S)), 2)
        said = [f"streams={self.streams}", f"events={events}", f"rate={self.rate:g}", f"starts={self.starts}"]
        if self.tls:
            said += [f"ca={serving.certificates() / 'ca.pem'}", f"http2={int(self.http2)}"]
        return said


SCENES = [
    Scene("1x5", "1 stream, 5 events a second", 1, 5),
    Scene("100x5", "100 streams, 5 a second each", 100, 5),
    Scene("1000x5", "1,000 streams, 5 a second each", 1000, 5),
    Scene("1000x20", "1,000 streams, 20 a second each", 1000, 20, repeats=3),
    Scene("10000x5", "10,000 streams, 5 a second each", 10_000, 5, repeats=2),
    Scene("10000x10", "10,000 streams, 10 a second each", 10_000, 10),
    Scene("1000x20r2", "1,000 streams, 20 a second, 2 readers", 1000, 20, readers=2),
    Scene("1000x20r4", "1,000 streams, 20 a second, 4 readers", 1000, 20, readers=4),
    Scene("burst1", "64 streams at full speed, 1 reader", 64, 0, repeats=3, events=10_000, starts=100_000),
    Scene("burst2", "64 streams at full speed, 2 readers", 64, 0, repeats=3, events=10_000, starts=100_000, readers=2),
    Scene("burst4", "64 streams at full speed, 4 readers", 64, 0, repeats=3, events=10_000, starts=100_000, readers=4),
    # Of these what a stream takes to begin is asked, and events would only blur it.
    Scene("plain", "1,000 connections, an event in 2 s", 1000, 0.5, repeats=2, window_s=4, starts=500),
    Scene("tls", "1,000 verified TLS connections, an event in 2 s", 1000, 0.5, repeats=2, window_s=4, starts=500, tls=True),
    Scene("tls_h1", "HTTP/1.1 over TLS, 500 streams, 20 a second", 500, 20, repeats=2, starts=500, tls=True),
    Scene("tls_h2", "HTTP/2 over TLS, 500 streams, 20 a second", 500, 20, repeats=2, starts=500, tls=True, http2=True),
]
QUICK = ("100x5", "1000x20", "10000x5", "burst1", "burst4", "tls")


def scenes(quick: bool) -> List[Scene]:
    if not quick:
        return SCENES
    chosen = [scene._replace(repeats=1, window_s=2) for scene in SCENES if scene.key in QUICK]
    return [scene._replace(starts=2000) if scene.streams == 10_000 else scene for scene in chosen]


def run_once(scene: Scene, client: str, base: str, front: Optional[str], core: Optional[int]) -> Dict[str, Any]:
    readers = [f"readers={scene.readers}"] if client == "libllm_c" else []
    serving.figures(base)
    try:
        done = subprocess.run(
            [str(places.BUILD / PROGRAMS[client]), front or base, *scene.arguments(), *readers],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clients.environment(),
            preexec_fn=serving.on_core(core),
            timeout=180,
        )
    except subprocess.TimeoutExpired:
        return {"error": "not done in 180 s"}
    if done.returncode:
        return {"error": done.stderr.strip()[-300:] or f"ended with status {done.returncode}"}
    server = serving.figures(base)
    return {
        **json.loads(done.stdout),
        "server_core_percent": 100 * server["cpu_s"] / server["wall_s"],
        "server_late_p99_us": server["late_p99_us"],
        "server_late_max_us": server["late_max_us"],
    }


def run(scene: Scene, client_core: Optional[int], server_core: Optional[int], say) -> Dict[str, Any]:
    """{client: summaries, or {"error"}}"""
    names = ["libllm_c"] if scene.readers > 1 else list(PROGRAMS)
    rounds: Dict[str, List[Dict[str, Any]]] = {name: [] for name in names}
    for number in range(scene.repeats):
        for name in names:
            say(f"{scene.title}: {'libllm' if name == 'libllm_c' else 'bare libcurl'}")
            with serving.server(server_core) as base:  # a fresh one: nothing of the last client's is left in it
                if scene.tls:
                    with serving.tls_in_front(base, server_core) as front:
                        rounds[name].append(run_once(scene, name, base, front, client_core))
                else:
                    rounds[name].append(run_once(scene, name, base, None, client_core))
    return {name: next((found for found in of if "error" in found), None) or summaries(of) for name, of in rounds.items()}


def run_all(quick: bool, cores: List[int], say) -> List[Dict[str, Any]]:
    """Paced scenes with the client on one core and the server on another; bursts into several readers unpinned: they are to
    use the cores that there are."""
    found = []
    pinned = (cores[0], cores[-1]) if len(cores) > 1 else (None, None)
    for scene in scenes(quick):
        if scene.tls and not serving.find_nginx():
            found.append({"key": scene.key, "title": scene.title, "skipped": "there is no nginx"})
            continue
        client_core, server_core = pinned if scene.rate > 0 and scene.readers == 1 else (None, None)
        found.append(
            {
                "key": scene.key,
                "title": scene.title,
                "streams": scene.streams,
                "rate": scene.rate,
                "readers": scene.readers,
                "pinned": client_core is not None,
                "clients": run(scene, client_core, server_core, say),
            }
        )
    return found
