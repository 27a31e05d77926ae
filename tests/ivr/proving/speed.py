"""How many scenario calls a second: `python -m tests.ivr.proving.speed`. No test: machines differ."""

from __future__ import annotations

import sys
from time import perf_counter

from ivr.menu.number import SCENARIOS_FILE, STOCKHOLM, load_numbers
from ivr.proving.scenariofile import load_scenarios
from ivr.proving.trial import Trials
from ivr.proving.verdict import differences
from queues.problems import Findings
from tests.ivr.proving.test_proof import SHIPPED

ROUNDS = 50


def main() -> None:
    """Try the shipped scenarios again and again, on one core, and print the first and the median rate."""
    numbers, findings = load_numbers(SHIPPED), Findings()
    trials = Trials(numbers)
    scenarios = [
        (number.id, scenario)
        for number in numbers
        for scenario in load_scenarios(SHIPPED / number.id / SCENARIOS_FILE, number, STOCKHOLM, findings)
    ]
    findings.check()
    took_s: list[float] = []
    for _ in range(ROUNDS):
        begins = perf_counter()
        for number, scenario in scenarios:
            assert not differences(scenario, trials.run(number, scenario))
        took_s.append(perf_counter() - begins)
    first, middle = (len(scenarios) / s for s in (took_s[0], sorted(took_s)[ROUNDS // 2]))
    sys.stdout.write(f"{len(scenarios)} scenarios: {first:.0f} a second at first, {middle:.0f} later\n")


if __name__ == "__main__":
    main()
