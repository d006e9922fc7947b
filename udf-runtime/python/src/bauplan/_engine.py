"""Where the engine is: an address, a profile, or a warehouse whose engine is found or started."""
import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Dict, Optional, Tuple

from .exceptions import BauplanConnectionError

_START_SECONDS = 60
# The first start of a checkout builds it.
_BUILD_SECONDS = 900
_STOP_SECONDS = 20
_QUIET_SECONDS = 3


def profile(name: Optional[str], config_file: Optional[str]) -> Dict[str, str]:
    """The profile's settings, with those of the environment in front of them."""
    path = Path(config_file) if config_file else Path.home() / ".bauplan" / "config.yml"
    wanted = name or os.environ.get("BAUPLAN_PROFILE") or ""
    found: Dict[str, str] = {}
    if path.is_file():
        profiles = _profiles(path.read_text(encoding="utf-8"))
        if wanted and wanted not in profiles:
            raise BauplanConnectionError('there is no profile "%s" in %s' % (wanted, path))
        found = profiles.get(wanted or "default", {})
    elif config_file or wanted not in ("", "default"):
        raise BauplanConnectionError(
            'there is no profile "%s": %s does not exist' % (wanted or "default", path))
    settings = dict(found)
    for key in ("api_endpoint", "api_key", "warehouse"):
        value = os.environ.get("BAUPLAN_" + key.upper(), "").strip()
        if value:
            settings[key] = value
    return settings


def _profiles(text: str) -> Dict[str, Dict[str, str]]:
    """`profiles: / name: / key: value`, three levels of plain YAML."""
    profiles: Dict[str, Dict[str, str]] = {}
    current: Optional[Dict[str, str]] = None
    name_indent = None
    for line in text.splitlines():
        bare = line.split(" #")[0].rstrip()
        key, colon, value = bare.strip().partition(":")
        if not bare.strip() or bare.lstrip().startswith("#") or not colon:
            continue
        indent = len(bare) - len(bare.lstrip())
        if indent == 0:
            current, name_indent = None, (-1 if key == "profiles" else None)
        elif name_indent is not None and (name_indent < 0 or indent <= name_indent):
            name_indent = indent
            current = profiles.setdefault(key.strip("'\""), {})
        elif current is not None:
            current[key.strip()] = value.strip().strip("'\"")
    return profiles


def nearest_warehouse(start: Path) -> Path:
    """As the command line finds it: the `.bauplan` of the project that `start` is in."""
    for folder in (start, *start.parents):
        own = folder / ".bauplan"
        if own.is_dir() and not (own / "config.yml").exists():
            return own
        if any((folder / ("bauplan_project." + e)).exists() for e in ("yml", "yaml")):
            return own
    return start / ".bauplan"


def running(warehouse: Path) -> Optional[Tuple[str, str]]:
    """Address and token of the engine that has the warehouse open."""
    try:
        known: Dict[str, Any] = json.loads((warehouse / "engine.json").read_text(encoding="utf-8"))
        port, pid = int(known["port"]), int(known["pid"])
        host, token = str(known["host"]), str(known["token"])
    except (OSError, ValueError, KeyError, TypeError):
        return None
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except OSError:
        pass
    return "grpc://%s:%d" % (host, port), token


def launcher() -> str:
    """The `bauplan` script: of BAUPLAN_HOME, of the checkout this package lies in, or on the PATH."""
    home = os.environ.get("BAUPLAN_HOME")
    if home:
        script = Path(home) / "bauplan"
        if not script.is_file():
            raise BauplanConnectionError(
                "BAUPLAN_HOME is %s, and there is no bauplan script in it" % home)
        return str(script)
    parents = Path(__file__).resolve().parents
    if len(parents) > 4 and (parents[4] / "bauplan").is_file():
        return str(parents[4] / "bauplan")
    script_on_path = shutil.which("bauplan")
    if script_on_path:
        return script_on_path
    raise BauplanConnectionError(
        "no engine is running and none can be started: the bauplan script was not found",
        hint="set BAUPLAN_HOME to the folder of Bauplan, or start `bauplan serve` and connect to it"
        " with BAUPLAN_API_ENDPOINT and BAUPLAN_API_KEY")


class StartedEngine:
    """An engine of our own for a warehouse; it ends with `stop`, at the latest with Python."""

    def __init__(self, warehouse: Path) -> None:
        script = launcher()
        self._log = tempfile.TemporaryFile()
        self._process = subprocess.Popen(
            [script, "--warehouse", str(warehouse), "serve", "--port", "0"],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
            start_new_session=True,  # a Ctrl-C is for the client to handle
        )
        atexit.register(self.stop)
        built = (Path(script).resolve().parent / "flight-sql-server/target/bauplan/ready").exists()
        try:
            self._await(warehouse, _START_SECONDS if built else _BUILD_SECONDS)
        except BaseException:
            self.stop()
            raise

    def _await(self, warehouse: Path, seconds: float) -> None:
        begin, told = time.monotonic(), False
        while time.monotonic() - begin < seconds:
            if running(warehouse):
                return
            if self._process.poll() is not None:
                raise BauplanConnectionError(
                    "the engine for %s did not start:\n%s" % (warehouse, self._said()))
            if not told and time.monotonic() - begin > _QUIET_SECONDS:
                print("bauplan: starting an engine for %s ..." % warehouse, file=sys.stderr)
                told = True
            time.sleep(0.05)
        raise BauplanConnectionError(
            "the engine for %s did not start within %d s:\n%s" % (warehouse, seconds, self._said()))

    def _said(self) -> str:
        self._log.seek(0)
        return self._log.read()[-4000:].decode("utf-8", "replace").strip()

    def stop(self) -> None:
        atexit.unregister(self.stop)
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        self._log.close()
