"""wrong-calls.py CMAKE SOURCE PREFIX BUILD: what gaze_add_kernel says of every wrong call in
SOURCE/CMakeLists.txt, one line for each. The build folder is used again: only the first
configuration has to look at the compiler."""
import re
import subprocess
import sys

cmake, source, prefix, build = sys.argv[1:]
with open(source + "/CMakeLists.txt") as file:
    cases = re.findall(r'WRONG STREQUAL "(.*)"', file.read())
for case in cases:
    command = [cmake, "-S", source, "-B", build, "-G", "Ninja", "-D", "CMAKE_PREFIX_PATH=" + prefix]
    process = subprocess.run(command + ["-D", "WRONG=" + case], capture_output=True, text=True)
    message = re.search(r"gaze_add_kernel: (.*?)\n\n?Call Stack", process.stderr, re.DOTALL)
    said = " ".join(message[1].split()) if message else process.stderr
    if process.returncode == 0:
        said = "configured"
    print(f"{case}: {said}")
