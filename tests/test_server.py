"""The server as a process: ports, limits, signals, TLS, and what its starter is told."""

from __future__ import annotations

import json
import os
import resource
import signal
import socket
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from livesupport import server
from livesupport.config import Config, ConfigError, Tls
from livesupport.http import State
from livesupport.server import CannotListen, Server, bind
from tests.serving import ROOT, command, free_port, program, running


async def nothing(_state: State) -> None:
    return


def test_a_used_port_says_who_has_to_change() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(CannotListen, match=rf"port {port} on 127\.0\.0\.1 is used by another program: .*--port"):
            bind("127.0.0.1", port)


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(CannotListen, match="is no address of this machine"):
        bind(host, free_port())


def test_localhost_means_all_its_addresses() -> None:
    sockets = bind("localhost", free_port())

    assert {listener.getsockname()[0] for listener in sockets} <= {"127.0.0.1", "::1"}
    for listener in sockets:
        listener.close()


def test_a_wrong_certificate_is_told_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "cert.pem").write_text("no certificate")

    with pytest.raises(ConfigError, match=r"^tls\.cert: cannot be used .*\. Name a certificate and its own key$"):
        Server(Config(tls=Tls(cert=str(tmp_path / "cert.pem"), key=str(tmp_path / "cert.pem"))), nothing)


async def test_it_speaks_tls_with_a_certificate_of_its_own(tmp_path: Path) -> None:
    cert, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    openssl = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=127.0.0.1"
    names = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(cert)]
    subprocess.run([*openssl.split(), *names], check=True, capture_output=True)
    async with running(tmp_path / "data", tls__cert=str(cert), tls__key=str(key)) as served:
        assert served.url.startswith("https://127.0.0.1:")
        context = ssl.create_default_context(cafile=str(cert))
        async with httpx2.AsyncClient(verify=context, trust_env=False) as client:
            answer = await client.get(f"{served.url}/login")

    assert answer.status_code == 200
    assert "strict-transport-security" in answer.headers


@pytest.fixture
def limits_as_before() -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("limits_as_before")
def test_the_process_may_open_as_many_files_as_the_system_grants() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))

    script = (
        "import resource as r; from livesupport.server import limit_process; limit_process();"
        "print(r.getrlimit(r.RLIMIT_NOFILE)[0], r.getrlimit(r.RLIMIT_CORE))"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == f"{hard} (0, 0)"


def test_systemd_is_told_how_far_the_server_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))

        server.notify("READY=1")

        assert systemd.recv(100) == b"READY=1"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_wanted_end_is_a_success_and_every_line_of_the_log_is_json(tmp_path: Path, number: int) -> None:
    async with program(tmp_path / "data", free_port()) as started:
        assert await started.stop(number) == 0

    events = [json.loads(line)["event"] for line in started.log.read_text().splitlines()]
    assert events[-2:] == ["server_stopping", "server_stopped"]
    assert {"files_limit", "server_started"} <= set(events)


async def test_a_second_program_on_the_same_data_exits_75_and_says_who_has_it(tmp_path: Path) -> None:
    data = tmp_path / "data"
    async with program(data, free_port()) as first:
        second = command("serve", "--data", str(data), "--port", str(free_port()))

        assert second.returncode == 75
        assert second.stderr == f"{data} is served by process {first.process.pid} on {os.uname().nodename}\n"


def test_a_wrong_configuration_exits_78_with_one_line(tmp_path: Path) -> None:
    (tmp_path / "livesupport.toml").write_text("[server]\nport = 99999\n")

    done = command("serve", "--config", str(tmp_path / "livesupport.toml"))

    assert done.returncode == 78
    assert done.stderr.count("\n") == 1
    assert "server.port" in done.stderr
    assert "Traceback" not in done.stderr + done.stdout
