"""How fast a run on expected values is: shipped and made-up scenarios, beside the reference twin.

Run as ``python -m tests.benchmarks``. Compare figures of one machine and one run only; the ratios
carry further than the seconds.
"""

import argparse
import tempfile
from pathlib import Path
from time import perf_counter

import returnplan as rp
from returnplan.synthetic import synthetic
from tests.reference import reference_run

ROOT = Path(__file__).parent.parent
SIZES = {"S": (100, 400, 20), "M": (1_000, 5_000, 200)}
REFERENCE_TOO = ("valley", "S")
"""The reference twin searches everything anew at each event: it is timed on small ones only."""


def best_of(runs: int, scenario: rp.Scenario, allocation: str) -> tuple[float, int]:
    """Shortest time of some runs, s, and the number of parcels that were begun."""
    times: list[float] = []
    parcels = 0
    for _ in range(runs):
        clock = perf_counter()
        outcome = rp.simulate(scenario, allocation)
        times.append(perf_counter() - clock)
        parcels = int(outcome.jobs["start_day"].notna().sum())
    return min(times), parcels


def main() -> None:
    """Print one line a scenario."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of each, the shortest counts")
    runs = parser.parse_args().runs
    print(f"{'scenario':<12}{'seconds':>9}{'parcels':>9}{'parcels/s':>11}{'reference':>11}")
    with tempfile.TemporaryDirectory() as scratch:
        folders = {name: ROOT / "scenarios" / name for name in ("valley", "karabakh")}
        for name, (settlements, hazards, teams) in SIZES.items():
            folders[name] = Path(scratch) / name
            made = synthetic(settlements=settlements, hazards=hazards, teams=teams, seed=1)
            rp.write(made, folders[name])
        for name, folder in folders.items():
            scenario = rp.load(folder)
            allocation = scenario.allocations[0].name
            seconds, parcels = best_of(runs, scenario, allocation)
            ratio = ""
            if name in REFERENCE_TOO:
                clock = perf_counter()
                reference_run(folder, allocation)
                ratio = f"{(perf_counter() - clock) / seconds:.1f} x"
            rate = parcels / seconds
            print(f"{name:<12}{seconds:>9.3f}{parcels:>9}{rate:>11,.0f}{ratio:>11}", flush=True)


if __name__ == "__main__":
    main()
