"""The page: Gradio lays out header, tabs and columns; each part is an empty box that a script fills."""

from __future__ import annotations

import gradio as gr

HEAD = """
<meta name="color-scheme" content="light dark">
<link rel="stylesheet" href="screen/style.css">
"""

_FONT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "sans-serif")
_MONO = ("ui-monospace", "monospace")
THEME = gr.themes.Base(primary_hue="teal", neutral_hue="stone", font=_FONT, font_mono=_MONO).set(
    body_background_fill="#fbfaf7",
    body_background_fill_dark="#15171a",
    body_text_color="#1d2023",
    body_text_color_dark="#e9e7e2",
    body_text_color_subdued="#5b6066",
    body_text_color_subdued_dark="#a9adb3",
)


def build_screen() -> gr.Blocks:
    """The Blocks app. It has no events, hence no endpoints; the parts talk to the REST API."""
    screen: gr.Blocks
    with gr.Blocks(title="Pincite", analytics_enabled=False, fill_height=True, fill_width=True) as screen:
        part("header")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="work"), gr.Tabs(elem_id="tabs"):
                with gr.Tab("Ask", id="ask"):
                    part("conversation")
                with gr.Tab("Sources", id="sources"):
                    part("sources")
                with gr.Tab("Evaluate", id="evaluate"):
                    part("evaluate")
            with gr.Column(elem_id="side"):
                part("viewer")
    screen.queue(api_open=False, max_size=64)
    return screen


def part(name: str) -> gr.HTML:
    """An empty box filled by ``static/NAME.js``, which exports ``mount(element)``.

    The template is constant: Gradio would run ``${…}`` found in a value that goes through one.
    """
    script = f"new URL('screen/{name}.js', document.baseURI)"
    return gr.HTML(
        html_template="<div></div>",
        js_on_load=f"import({script}).then((part) => part.mount(element));",
        apply_default_css=False,
        elem_id=name,
    )
