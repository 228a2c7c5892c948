"""How a worker that cannot go on ends."""

import subprocess
import sys

IN_A_THREAD = """
import threading, time
from agents.delivery.exits import leave_for_operator
from pipeline.errors import OperatorError
error = OperatorError("The certificate has expired.", "Renew it.")
threading.Thread(target=leave_for_operator, args=(error,)).start()
time.sleep(60)
"""


def test_it_says_why_and_ends_at_once_whatever_else_is_under_way() -> None:
    done = subprocess.run([sys.executable, "-c", IN_A_THREAD], capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 2
    assert done.stderr.strip() == "The certificate has expired. Renew it. Exit code 2 (CONFIGURATION)."
