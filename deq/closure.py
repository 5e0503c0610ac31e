"""What a cell that is a function uses without being given it: modules and parameters around it."""

from __future__ import annotations

import dis
import warnings
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from types import CodeType, FunctionType, MethodType
from typing import Any

from torch import nn

Modules = nn.Module | Iterable[nn.Module] | Mapping[str, nn.Module]


def registered(modules: Modules | None) -> nn.Module | None:
    """``modules`` as one module that holds them, None if there are none."""
    if modules is None:
        return None
    if isinstance(modules, Mapping):
        return nn.ModuleDict(modules)
    listed = [modules] if isinstance(modules, nn.Module) else list(modules)
    return nn.ModuleList(listed) if listed else None


def warn_of_unregistered(cell: object, layer: nn.Module) -> None:
    """Name what ``cell`` uses and ``layer`` lacks, if there is something."""
    lacking = [] if isinstance(cell, nn.Module) else unregistered(cell, layer)
    if lacking:
        warnings.warn(
            f"The cell of a DEQ uses {', '.join(lacking)}, whose parameters the layer does not "
            "have: layer.parameters(), state_dict() and to() leave them out. Pass modules=[…], or "
            "modules=() if another module has them.",
            UserWarning,
            stacklevel=3,
        )


def modules_used(function: object) -> dict[str, nn.Module | nn.Parameter]:
    """Modules and parameters that ``function`` reaches, by the names under which it does.

    Through closures, globals, default arguments, ``functools.partial``, ``torch.compile``, bound
    methods, the attributes of callable objects, containers, and functions of the same file.
    """
    found: dict[str, nn.Module | nn.Parameter] = {}
    seen: set[int] = set()
    waiting = list(_used("", function))
    while waiting:
        name, value = waiting.pop()
        if id(value) in seen:
            continue
        seen.add(id(value))
        if isinstance(value, nn.Module | nn.Parameter):
            found.setdefault(name, value)
        elif isinstance(value, Mapping):
            waiting.extend((f"{name}[{key!r}]", part) for key, part in value.items())
        elif isinstance(value, list | tuple | set):
            waiting.extend((f"{name}[{i}]", part) for i, part in enumerate(value))
        elif isinstance(value, FunctionType | MethodType | partial):
            waiting.extend(_used(name, value))
    return found


def _used(name: str, function: object) -> Iterator[tuple[str, Any]]:
    """Names and values that a callable uses."""
    if isinstance(function, partial):
        yield name, function.func
        yield from ((f"{name}args", part) for part in function.args)
        yield from function.keywords.items()
    elif isinstance(function, MethodType):
        yield "self", function.__self__
        yield name, function.__func__
        if not isinstance(function.__self__, nn.Module):
            yield from _attributes(function.__self__)
    elif isinstance(function, FunctionType):
        cells = function.__closure__ or ()
        for free, cell in zip(function.__code__.co_freevars, cells, strict=True):
            try:
                yield free, cell.cell_contents
            except ValueError:  # not assigned yet
                continue
        for used in _globals(function.__code__):
            value = function.__globals__.get(used)
            here = getattr(value, "__globals__", None) is function.__globals__
            if here or not isinstance(value, FunctionType):  # a library's functions are not ours
                yield used, value
        yield "default", function.__defaults__
        yield from (function.__kwdefaults__ or {}).items()
    else:
        yield from _attributes(function)


def _attributes(thing: object) -> Iterator[tuple[str, Any]]:
    """The attributes of an object itself, not of its class."""
    for name, value in getattr(thing, "__dict__", {}).items():
        yield f"self.{name}", value


def _globals(code: CodeType) -> Iterator[str]:
    """Names of globals that ``code`` and the functions within it load."""
    for step in dis.get_instructions(code):
        if step.opname == "LOAD_GLOBAL":
            yield step.argval
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _globals(constant)


def unregistered(function: object, module: nn.Module) -> list[str]:
    """What ``function`` uses that holds trainable parameters which ``module`` does not have.

    Returns
    -------
    list of str
        Names with their types, as in ``"conv (Conv2d)"``.
    """
    known = {id(parameter) for parameter in module.parameters()}

    def missing(used: nn.Module | nn.Parameter) -> bool:
        all_of_it = [used] if isinstance(used, nn.Parameter) else used.parameters()
        return any(p.requires_grad and id(p) not in known for p in all_of_it)

    return [
        f"{name} ({type(used).__name__})"
        for name, used in modules_used(function).items()
        if missing(used)
    ]
