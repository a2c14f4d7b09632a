"""Make the SDK download its Temporal executable into the folder given as the only argument (run as a program)."""

import asyncio
import sys

from temporalio.testing import WorkflowEnvironment


async def download(folder: str) -> None:
    # The SDK has no way to download without starting; the server is stopped at once.
    async with await WorkflowEnvironment.start_local(download_dest_dir=folder):
        pass


if __name__ == "__main__":
    asyncio.run(download(sys.argv[1]))
