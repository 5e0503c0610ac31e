"""Formulas: correct values, correct positions of faults, and no error but FormulaError."""

import ast
import math
import pickle
import warnings
from pathlib import Path

import pytest
import torch

import deq.formula
from deq.formula import Formula, FormulaError, parse

F64 = torch.float64
X = torch.tensor([-2.5, -1.0, -0.3, 0.0, 0.4, 1.0, 3.0], dtype=F64)


@pytest.mark.parametrize(
    ("text", "value"),  # at x = 0.5
    [
        ("x", 0.5),
        ("-x^2", -0.25),
        ("2^-x", 2**-0.5),
        ("2^3^2 x", 256.0),
        ("2**3**2*x", 256.0),
        ("(2^3)^2 x", 32.0),
        ("8/2/2 x", 1.0),
        ("1 - 2 - x", -1.5),
        ("1/2x", 0.25),
        ("1/2 (x + 2/x)", 2.25),
        ("x(1 - x)", 0.25),
        ("(x + 1)(x - 1)", -0.75),
        ("2x^2", 0.5),
        ("pi x", math.pi / 2),
        ("2e x", math.e),
        ("2e1x", 10.0),
        (".5 + 1. + 1.5E-1", 1.65),
        ("+-+x", -0.5),
        ("x²×3 − 1÷4·2", 0.25),
        ("e^x/4", math.exp(0.5) / 4),
        ("min(x, 2) + max(x, 2)", 2.5),
        ("minimum(x, 0.2) - maximum(x, 0.8)", -0.6),
        ("asin(x) - arcsin(x) + acos(x) - arccos(x) + atan(x) - arctan(x)", 0.0),
        ("ln(e^3) + log2(8) + log10(1000) + log(e)", 10.0),
        ("sqrt(abs(-4)) sign(-x)", -2.0),
        ("\n x\t+ 1 ", 1.5),
    ],
)
def test_values(text: str, value: float) -> None:
    assert parse(text)(0.5).item() == pytest.approx(value, rel=1e-14, abs=1e-15)


@pytest.mark.parametrize(
    ("text", "column", "says"),
    [
        ("", 1, "empty"),
        (" \n", 1, "empty"),
        ("x + ", 4, "ends"),
        ("* x", 1, "missing"),
        ("x + * 2", 5, "missing"),
        ("(x + 1", 1, "never closed"),
        ("cos(x + (1)", 4, "never closed"),
        ("x + 1)", 6, "never opened"),
        ("()", 2, "missing"),
        ("x()", 3, "missing"),
        ("cos()", 5, "missing"),
        ("2 coss(x)", 3, "Did you mean “cos”"),
        ("Sin(x)", 1, "Did you mean “sin”"),
        ("y + 1", 1, "Known are x"),
        ("x + sin", 5, "parentheses"),
        ("sin x", 1, "parentheses"),
        ("sin^2(x)", 1, "parentheses"),
        ("cos(x, 1)", 9, "one argument"),
        ("min(x)", 6, "two arguments"),
        ("max(x, 1, 2)", 12, "two arguments"),
        ("0,5 x", 2, "0.5"),
        ("(x, 1)", 3, "0.5"),
        ("x 2", 3, "operator"),
        ("2 3", 3, "operator"),
        ("1.2.3", 4, "operator"),
        ("x.real", 2, "point"),
        ("x < 1", 3, "comparisons"),
        ("x != 1", 3, "comparisons"),
        ("g(x) = x", 6, "equals sign"),
        ("y(x) + 1", 1, "not known"),
        ("x = 2", 3, "equals sign"),
        ("|x|", 1, "abs(x)"),
        ("[x]", 1, "round"),
        ("x; x", 2, "no meaning"),
        ("lambda x: x", 9, "no meaning"),
        ("lambda", 1, "not known"),
        ("__import__('os')", 12, "quotes"),
        ("__import__(os)", 1, "not known"),
        ("'x'", 1, "quotes"),
        ("x\0", 2, "U+0000"),
        ("х", 1, "cannot stand"),  # Cyrillic
        ("ｘ", 1, "cannot stand"),  # full width; Python would read it as x
        ("x + é", 5, "cannot stand"),
        ("9**9**9**9", 4, "larger than any number"),
        ("x + (10^99)^99", 5, "larger than any number"),
        ("9" * 150, 1, "10^100"),
        ("1e999", 1, "10^100"),
        ("x + " * 48 + "1e400", 193, "10^100"),
        ("x" * 10_000, 201, "10,000"),
        ("(" * 100, 31, "30 deep"),
        ("-" * 150 + "x", 101, "inside one another"),
    ],
)
def test_faults(text: str, column: int, says: str) -> None:
    with pytest.raises(FormulaError) as caught:
        parse(text)
    assert says in caught.value.sentence, caught.value.sentence
    assert caught.value.column == column
    assert str(caught.value) == f"{caught.value.sentence} (At character {column}.)"


@pytest.mark.parametrize(
    ("text", "latex"),
    [
        ("1/2 (x + 2/x)", r"\frac{1}{2} \left(x + \frac{2}{x}\right)"),
        ("r x (1 - x)", r"r x \left(1 - x\right)"),
        ("-2x^2 + 1", r"-2 x^{2} + 1"),
        ("e^-x", r"e^{-x}"),
        ("exp(x)^2", r"\left(e^{x}\right)^{2}"),
        ("x - (x - 1)", r"x - \left(x - 1\right)"),
        ("(x - x) - 1", r"x - x - 1"),
        ("x - (-2x)", r"x - \left(-2 x\right)"),
        ("-(x + 1)", r"-\left(x + 1\right)"),
        ("(-x)^2", r"\left(-x\right)^{2}"),
        ("(2x)^2", r"\left(2 x\right)^{2}"),
        ("2*3 x", r"2 \cdot 3 x"),
        ("ln(x) + log10(x)", r"\ln\left(x\right) + \log_{10}\left(x\right)"),
        ("abs(sqrt(x))", r"\left|\sqrt{x}\right|"),
        ("pi max(x, 1e-7)", r"\pi \max\left(x, 1 \cdot 10^{-7}\right)"),
    ],
)
def test_latex(text: str, latex: str) -> None:
    assert parse(text, values={"r": 3.2}).latex == latex


def test_a_formula_keeps_shape_and_dtype_and_turns_other_input_into_float64() -> None:
    f = parse("2/x + min(x, 2)")
    for dtype in (torch.float32, F64):
        for shape in ((), (3,), (2, 1, 3)):
            y = f(torch.ones(shape, dtype=dtype))
            assert y.shape == shape
            assert y.dtype == dtype
    assert f(1).dtype == F64
    assert f(torch.ones(2, dtype=torch.int64)).tolist() == [3.0, 3.0]
    constant = parse("3")(torch.zeros(2, 3))
    assert constant.shape == (2, 3)
    assert bool((constant == 3).all())
    with pytest.raises(TypeError, match="complex"):
        f(torch.ones(1, dtype=torch.complex64))


def test_evaluation_never_raises() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        zero = torch.zeros(1, dtype=F64)
        assert parse("1/x")(zero).item() == math.inf
        assert parse("1/0")(zero).item() == math.inf
        assert parse("log(-1)")(zero).isnan().all()
        assert parse("log(x - 1)")(zero).isnan().all()
        assert parse("e^e^e^x")(torch.full((1,), 9.0, dtype=F64)).isinf().all()
        assert parse("sign(x) + max(x, 1)")(torch.full((1,), math.nan)).isnan().all()


def test_gradients() -> None:
    texts = ("1/2 (x + 2/x)", "x^x", "e^-x sin(3x)/(1 + x^2)", "atan(sqrt(x)) max(x, 1)", "2^x")
    x = torch.tensor([0.3, 0.9, 2.5], dtype=F64, requires_grad=True)
    for text in texts:
        assert torch.autograd.gradcheck(parse(text), (x,))


def test_deq_solves_a_formula() -> None:
    sol = deq.solve(parse("cos(x)"), torch.zeros(2, dtype=F64), tol=1e-10)
    assert sol.z.tolist() == pytest.approx([0.7390851332151607] * 2)


def test_values_by_name_and_other_variables() -> None:
    f = parse("r t (1 - t)", variable="t", values={"r": 3.2})
    assert f(0.5).item() == pytest.approx(0.8)
    for bad in ("1x", "é", "in", "e", "cos", "x y", ""):
        with pytest.raises(ValueError, match="variable"):
            parse("1", variable=bad)
        with pytest.raises(ValueError, match="variable"):
            parse("1", values={bad: 1.0})
    with pytest.raises(ValueError, match="finite"):
        parse("r", values={"r": math.nan})
    with pytest.raises(ValueError, match="variable"):
        parse("x", values={"x": 1.0})
    with pytest.raises(TypeError, match="text"):
        parse(3)  # type: ignore[arg-type]


def test_equal_formulas_are_equal_and_can_be_pickled() -> None:
    f = parse("r x", values={"r": 2.0})
    assert f == parse("r x", values={"r": 2.0})
    assert f != parse("r x", values={"r": 3.0})
    assert len({f, parse("r x", values={"r": 2.0})}) == 1
    again = pickle.loads(pickle.dumps(f))  # noqa: S301
    assert isinstance(again, Formula)
    assert again(3.0).item() == 6.0
    error = pickle.loads(pickle.dumps(FormulaError("No.", 4)))  # noqa: S301
    assert (error.sentence, error.column) == ("No.", 4)


def test_no_text_is_run_as_python() -> None:
    for file in Path(deq.formula.__file__).parent.glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                assert node.func.id not in {"eval", "exec", "compile", "__import__"}, file
