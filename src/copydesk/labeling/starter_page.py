"""A labelling page for a layer that has no ``config.xml``: its labels with keys and colours, its questions required.

In:  a :class:`~copydesk.labeling.layers.Layer`.
Out: Label Studio XML, laid out like the pages that Copydesk brings along.
"""

from __future__ import annotations

from xml.sax.saxutils import quoteattr

from copydesk.labeling.layers import Layer
from copydesk.labeling.page import LABEL, TEXT, Control, controls

COLOURS = (
    "#2e6fbf", "#e36414", "#2a9d5c", "#d1495b", "#8e5ea2", "#e9a800", "#17877d", "#8a6d3b",
    "#7cb518", "#c45ab3", "#5c677d", "#bc8a00", "#3aa6a0", "#577590",
)  # fmt: skip

STYLE = """\
  <Style>
    .desk { max-width: 60rem; }
    .desk-top { position: sticky; top: 0; z-index: 5; padding: .25rem 0 .5rem;
      background: var(--color-neutral-background, #fff); border-bottom: 1px solid var(--color-neutral-border, #ddd); }
    .desk-top .lsf-labels, .desk-top .lsf-choices { margin: .125rem 0 !important; }
    .desk-head { margin: .5rem 0; }
    .desk-head h3, .desk-top h2 { margin: 0 !important; }
    .desk-from { display: flex; flex-wrap: wrap; gap: 0 .75rem; opacity: .7; }
    .desk-from h4, .desk-ask h4 { margin: 0 !important; font-size: .875rem; font-weight: 500; }
    .desk-ask { display: flex; flex-wrap: wrap; align-items: center; gap: 0 .75rem; }
    .desk-ask h4 { width: 10rem; }
    .desk-ask .lsf-label { margin-bottom: 0; }
    .desk-text .lsf-htx-richtext { font-size: 1.0625rem; line-height: 1.7; }
    .desk-text .lsf-richtext__line { padding-left: 0; margin-bottom: .375rem; }
  </Style>
"""

_HEAD = """\
  <View className="desk-head">
    <Header value="$title" size="4"/>
    <View className="desk-from">
      <Header value="$publisher" size="6"/>
      <Header value="$published" size="6"/>
    </View>
  </View>
"""

_TARGET = """\
    <View className="desk-from">
      <Header value=@TITLE@ size="6"/>
    </View>
    <Header value="$target_title" size="3"/>
"""


def starter(layer: Layer) -> str:
    """A page for a layer that has none: its labels with keys and colours, its questions required."""
    keys = _Keys()
    top = [_target(layer)] if layer.targets else []
    asked = [control for control in controls(layer) if control.per_region]
    top += [_shown(control, keys) for control in controls(layer) if not control.per_region]
    if asked:
        only = quoteattr(",".join(layer.labels or (layer.span_name,)))
        when = f' visibleWhen="region-selected" whenTagName="{LABEL}" whenLabelValue={only}'
        questions = "".join(_question(control, keys, when) for control in asked)
        top.append(f'    <View style="min-height: {2.75 * len(asked)}rem">\n    <View{when}>\n{questions}')
        top.append("    </View>\n    </View>\n")
    arrow = f"  <Relations>\n    <Relation value={quoteattr(layer.linked)}/>\n  </Relations>\n" if layer.linked else ""
    text = (
        f'  <View className="desk-text">\n    <Text name="{TEXT}" value="${TEXT}" granularity="symbol"/>\n  </View>\n'
    )
    above = f'  <View className="desk-top">\n{"".join(top)}  </View>\n'
    return f'<View className="desk">\n{STYLE}{above}{arrow}{_HEAD}{text}</View>\n'


def _target(layer: Layer) -> str:
    asked: str = quoteattr(f"{layer.title} of the article toward")
    return _TARGET.replace("@TITLE@", asked)


def _question(control: Control, keys: _Keys, when: str) -> str:
    """One question about a span. ``when`` stands on it too: what is required is else required of every span."""
    title = quoteattr(control.name.replace("_", " ").capitalize())
    shown = _shown(control, keys, f' perRegion="true"{when}')
    return f'    <View className="desk-ask">\n    <Header value={title} size="6"/>\n{shown}    </View>\n'


def _shown(control: Control, keys: _Keys, settings: str = "") -> str:
    """One control as XML."""
    settings += ' showInline="true"'
    if control.tag == "Choices":
        told = quoteattr(f"Answer {control.name} before you submit.")
        settings += f' choice="single" required="true" requiredMessage={told}'
    lines = [f'    <{control.tag} name={quoteattr(control.name)} toName="{TEXT}"{settings}>']
    for n, label in enumerate(control.labels):
        key = keys.take("" if control.per_region else label)
        given = f" hotkey={quoteattr(key)}" if key else ""
        given += f' background="{COLOURS[n % len(COLOURS)]}"' if control.tag == "Labels" else ""
        lines.append(f"      <{control.tag[:-1]} value={quoteattr(label)}{given}/>")
    return "\n".join([*lines, f"    </{control.tag}>", ""])


class _Keys:
    """Gives out each key once: a label's own letters first, then digits. ``u`` is Label Studio's."""

    def __init__(self) -> None:
        self._taken = {"u"}

    def take(self, label: str) -> str:
        for key in label.lower() + "1234567890abcdefghijklmnopqrstvwxyz":
            if key.isascii() and key.isalnum() and key not in self._taken:
                self._taken.add(key)
                return key
        return ""
