"""stopped.py FILE COMMAND...: a tuning command that writes FILE, stopped by SIGINT, SIGTERM
and SIGKILL once it has tried something. FILE is whole each time, and the next run goes on
from it."""
import json
import os
import signal
import subprocess
import sys
import time

path, command = sys.argv[1], sys.argv[2:]


def trials():
    """How many the file has; reading it fails where it is not whole."""
    return len(json.load(open(path))["tuning"]["trials"]) if os.path.exists(path) else 0


before = 0
for sent, status in [(signal.SIGINT, 0), (signal.SIGKILL, -signal.SIGKILL), (signal.SIGTERM, 0)]:
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while trials() < before + 1:
        if process.poll() is not None or time.monotonic() > end:
            sys.exit(f"{trials()} trials and no more, status {process.poll()}")
        time.sleep(0.01)
    process.send_signal(sent)
    if process.wait(60) != status:
        sys.exit(f"status {process.returncode} after {sent.name}, expected {status}")
    if trials() < before + 1:
        sys.exit("trials are lost")
    before = trials()
