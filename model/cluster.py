"""Spreading jobs over the workers of a Dask cluster, which see the same folders."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import CancelledError
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import Any, TypeVar

from model.errors import ModelError

CONNECT_S = 15
"""How long a scheduler may take to answer."""
PATIENCE_S = 60.0
"""How long a cluster may be without a worker: those that ended may be started again."""

Job = TypeVar("Job")
Outcome = TypeVar("Outcome")


def spread(
    address: str,
    run: Callable[[Job], Outcome],
    jobs: Sequence[Job],
    keep: Callable[[Job, Outcome | Exception], None],
    expected: tuple[type[Exception], ...] = (ModelError,),
) -> None:
    """Runs every job on a worker of the cluster at `address`, and hands each outcome to `keep` as it comes.

    A job whose worker vanishes goes to another. What a job raises of the `expected` kinds is its outcome, and so is an
    OSError of a worker, or that no worker outlived it, as ModelError. Raises ModelError if there is no cluster, or none
    any more.
    """
    asyncio.run(_spread(address, run, jobs, keep, expected))


def require_cluster(address: str) -> None:
    """Raises ModelError where no cluster with a worker answers at `address`."""

    async def connect() -> None:
        async with _connected(address):
            pass

    asyncio.run(connect())


async def _spread(
    address: str,
    run: Callable[[Job], Outcome],
    jobs: Sequence[Job],
    keep: Callable[[Job, Outcome | Exception], None],
    expected: tuple[type[Exception], ...],
) -> None:
    async with _connected(address) as client:
        from distributed import as_completed

        await _require_program(client, address, run.__module__)
        # Not pure: a job that was run before is run again when asked for.
        tasks = {
            client.submit(run, job, key=f"{run.__name__}-{number}-{time.time_ns()}", pure=False): job
            for number, job in enumerate(jobs)
        }
        finished = as_completed(list(tasks), loop=client.loop)
        for _ in tasks:
            task = await _next(finished, client, address)
            keep(tasks[task], await _outcome(task, address, expected))


@asynccontextmanager
async def _connected(address: str) -> AsyncIterator[Any]:
    """A client of the cluster, which has a worker at least. Raises ModelError."""
    try:
        from distributed import Client
    except ImportError as error:
        raise ModelError("--dask needs the package distributed: pip install 'distributed>=2024.8'.") from error
    client = Client(address, asynchronous=True, timeout=CONNECT_S, set_as_default=False)
    try:
        await _connect(client, address)
        yield client
    finally:
        await client.close()


async def _connect(client: Any, address: str) -> None:
    try:
        await client
    except (OSError, ValueError) as error:
        raise ModelError(f"No Dask scheduler answers at {address}: start one with 'dask scheduler'.") from error
    await _require_worker(client, address, CONNECT_S)


async def _require_worker(client: Any, address: str, within_s: float) -> None:
    """Raises ModelError where there is no worker, and none comes in that time."""
    try:
        await client.wait_for_workers(1, timeout=within_s)
    except TimeoutError as error:
        raise ModelError(f"{address} has no workers: start some with 'dask worker {address} --nthreads 1'.") from error


async def _require_program(client: Any, address: str, module: str) -> None:
    """Raises ModelError where the scheduler or a worker has no such module: it would end, and say so in its own log."""
    package = module.partition(".")[0]
    # A worker that vanishes meanwhile is none any more.
    there = await client.run(find_spec, package, on_error="ignore")
    found = [await client.run_on_scheduler(find_spec, package), *there.values()]
    if None in found:
        raise ModelError(
            f"The scheduler or a worker at {address} does not find this program:"
            " start each in a copy of it, with PYTHONPATH=. before the command."
        )


async def _next(finished: Any, client: Any, address: str) -> Any:
    """The next task that is finished. Raises ModelError where no worker is left, and none comes."""
    while True:
        try:
            return await asyncio.wait_for(anext(finished), PATIENCE_S)
        except TimeoutError:
            await _require_worker(client, address, PATIENCE_S)


async def _outcome(task: Any, address: str, expected: tuple[type[Exception], ...]) -> Any:
    """What a finished task gave. Raises ModelError if the cluster itself is gone."""
    from distributed import KilledWorker

    try:
        return await task.result()
    except expected as error:
        return error
    except KilledWorker:
        return ModelError("every worker that tried it ended; perhaps their memory ran out.")
    except OSError as error:
        return ModelError(f"{error.filename or 'a file'}: {error.strerror or error} (on a worker).")
    except CancelledError as error:
        raise ModelError(
            f"The Dask cluster at {address} is gone; what is done is kept. Go on with --resume."
        ) from error
