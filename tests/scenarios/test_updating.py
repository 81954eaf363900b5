"""Taking what came of a scenario as what is expected."""

import json
from pathlib import Path

from engine.playing import judge
from engine.scenarios.reading import read_scenario
from engine.scenarios.updating import take
from tests.scenarios.cases import scenario, shop


async def test_what_came_is_expected_from_now_on(tmp_path: Path) -> None:
    """Only what the file expects already is replaced; what is ignored, and all else of it, stays."""
    file = tmp_path / "shop" / "well.json"
    file.parent.mkdir()
    expect = {
        "steps": {"buy": {"attempts": 9}, "gone": {"status": "success"}},
        "status": "failed",
        "result": {"by": "Bob", "run": "another"},
        "ignore": ["/result/run"],
    }
    data = {"$schema": "x", **scenario().to_dict(), "expect": expect}
    file.write_text(json.dumps(data))
    verdict, result = await judge(shop(), read_scenario(file))
    assert (verdict.passed, result is None) == (False, False)
    assert result is not None
    assert take(read_scenario(file), result, file)
    after = json.loads(file.read_text())
    assert after == data | {
        "expect": {
            "steps": {"buy": {"attempts": 3}},
            "status": "success",
            "result": {"by": "Ada", "run": "another"},
            "ignore": ["/result/run"],
        }
    }
    assert list(after["expect"]) == list(expect)
    assert (await judge(shop(), read_scenario(file)))[0].passed
    assert not take(read_scenario(file), result, file)
