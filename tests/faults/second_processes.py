"""A second API and a second worker beside those of a running product, on the same database and Temporal."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running_product import HOLDFAST, RunningProduct, free_port


class SecondProcesses:
    """Each is started with the environment of the first of its kind; killed, it is started again."""

    def __init__(self, product: RunningProduct) -> None:
        self._product = product
        self.port = free_port(19_700)
        here = f"http://127.0.0.1:{self.port}"
        self._environments = {
            "api": {**environment_of(product, "api"), "HOLDFAST_PORT": str(self.port)},
            "worker": {**environment_of(product, "worker"), "HOLDFAST_API_URL": here},
        }
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.http = httpx.Client(base_url=f"{here}/api/v1", headers=product.http.headers, timeout=90)
        for name in ("api", "worker"):
            self.start(name)

    def start(self, name: str) -> None:
        with (self._product.home / f"second-{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [HOLDFAST, name], env=self._environments[name], stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )

    def kill(self, name: str) -> None:
        """Hard, and starts another one."""
        self._running[name].kill()
        self._running[name].wait(10)
        self.start(name)

    def is_ready(self) -> bool:
        try:
            return self.http.get("/health/ready", timeout=5).status_code == 200
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        self.http.close()
        for process in self._running.values():
            process.terminate()
        for process in self._running.values():
            try:
                process.wait(30)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)


def environment_of(product: RunningProduct, name: str) -> dict[str, str]:
    content = Path(f"/proc/{product.children()[name]}/environ").read_bytes().decode()
    return dict(pair.split("=", 1) for pair in content.split("\0") if "=" in pair)


@contextmanager
def second_processes(product: RunningProduct) -> Iterator[SecondProcesses]:
    second = SecondProcesses(product)
    try:
        product.until(second.is_ready, "the second API is ready", 60)
        yield second
    finally:
        second.stop()
