"""Tables fit the terminal, whatever is in them."""

from hypothesis import given
from hypothesis import strategies as st

from cvo.table import cells, lay_out

words = st.text(st.sampled_from("ab 风险，。🎬é-"), max_size=60)


@given(st.integers(1, 5).flatmap(lambda n: st.lists(st.lists(words, min_size=n, max_size=n), min_size=1, max_size=4)), st.integers(40, 160))
def test_no_line_is_wider_than_the_terminal_and_nothing_is_lost(rows, width):
    names = [f"column{i}" for i in range(len(rows[0]))]
    text = lay_out(names, rows, width)
    assert max(map(cells, text.splitlines())) <= width
    letters = sorted(c for row in rows for cell in row for c in cell if c != " ")
    names_and_rules = sorted(c for c in text if c not in " \n")
    assert all(names_and_rules.count(c) >= letters.count(c) for c in set(letters))


def test_chinese_text_takes_two_cells_a_character():
    lines = lay_out(["risk", "风险"], [["法律风险", "x"], ["ab", "y"]]).splitlines()
    assert lines == ["risk      风险", "--------  ----", "法律风险  x", "ab        y"]


def test_a_line_never_starts_with_a_full_stop():
    text = lay_out(["statement"], [["人工智能拓宽了内容生产的范围，也丰富了表达形态。" * 3]], 40)
    assert not any(line.startswith(("，", "。")) for line in text.splitlines())


def test_many_columns_on_a_narrow_terminal_become_blocks():
    text = lay_out([f"c{i}" for i in range(12)], [["a long text that needs room"] * 12], 80)
    assert text.startswith("-- 1 ---")
    assert "c11  a long text that needs room" in text


def test_no_rows_leave_the_names():
    assert lay_out(["risk"], []) == "risk\n----\n"
