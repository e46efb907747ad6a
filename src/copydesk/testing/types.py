"""Write the Python types of records from their schemas: one ``TypedDict`` per object.

In:  schemas by name.
Out: the source of a module. An object without a title, whose fields depend on the project, is a plain ``dict``.
"""

from __future__ import annotations

from typing import Any

from copydesk.schemas.fields import kind_of

Schema = dict[str, Any]

_HEAD = '''"""Records as Python types. Generated from ``schemas/`` by ``scripts/generate.py``: do not edit."""

from __future__ import annotations

from typing import Any, Literal, TypedDict
'''
_SCALARS = {"string": "str", "integer": "int", "number": "float", "boolean": "bool"}


def types_module(schemas: dict[str, Schema]) -> str:
    """The source of ``copydesk.schemas.types``. Raises ValueError when two objects of one title differ."""
    classes: dict[str, str] = {}
    for name, schema in schemas.items():
        _define(name.capitalize(), schema, classes)
    names = ", ".join(f'"{name}"' for name in sorted(classes))
    listed = "__all__ = [\n" + "".join(f"    {name},\n" for name in names.split(", ")) + "]"
    return "\n".join([_HEAD, listed, "", "", "\n\n".join(classes.values())])


def _define(name: str, schema: Schema, classes: dict[str, str]) -> str:
    lines = [f"class {name}(TypedDict):", f'    """{schema["description"]}"""', ""]
    lines += [f"    {key}: {_type(rule, classes)}" for key, rule in schema["properties"].items()]
    source = "\n".join(lines) + "\n"
    known = classes.get(name)
    if known is not None and known.split('"""')[2] != source.split('"""')[2]:
        raise ValueError(f"two different objects are titled {name}")
    classes.setdefault(name, source)
    return name


def _type(rule: Schema, classes: dict[str, str]) -> str:
    kind, nullable = kind_of(rule)
    if "const" in rule:
        name = f"Literal[{rule['const']!r}]"
    elif "enum" in rule:
        values = ", ".join(f'"{value}"' for value in rule["enum"] if value is not None)
        name = f"Literal[{values}]"
    elif kind == "array":
        name = f"list[{_type(rule['items'], classes)}]"
    elif kind == "object":
        name = _define(rule["title"], rule, classes) if "title" in rule else "dict[str, Any]"
    else:
        name = _SCALARS[kind]
    return f"{name} | None" if nullable else name
