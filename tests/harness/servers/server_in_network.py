"""A real server on another network.

`python -m tests.harness.servers.server_in_network namespace module arguments…`

It becomes what `python -m module arguments…` is, in the namespace of `ip netns`.
"""

import os
import runpy
import sys

from tests.harness.servers.second_host import namespace_file

if __name__ == "__main__":
    _, namespace, *module = sys.argv
    with namespace_file(namespace).open("rb") as network:
        os.setns(network.fileno(), os.CLONE_NEWNET)
    sys.argv = module
    runpy.run_module(module[0], run_name="__main__", alter_sys=True)
