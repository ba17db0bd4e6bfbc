"""Documents that try to run something or to push marks off their place."""

from __future__ import annotations

from pathlib import Path

from fake import make_document

from qa.types import Document

NAME = 'it\'s a "file" 100% <b>&amp;#?.txt'
TITLE = '<img src=x onerror="window.x=1"> ${window.x=1} {{7*7}} </script><script>window.x=1</script>'
EMOJI = "🧪👩‍🔬𝔘nicode zebra says 42 apples: שלום עולם, 漢字 and 🇨🇭 flags stay in place"
HOSTILE = (
    "7 times <script>window.x=1</script> hostile scripts walrus counted ${window.x=1} {{7*7}} <img src=x "
    r"onerror=window.x=1> C:\users\new \u0041 `${window.x=1}` </textarea><style>*{display:none}</style> "
    "<svg onload=window.x=1><animate onbegin=window.x=1> <iframe srcdoc='<script>parent.x=1</script>'></iframe> "
    "<a href=javascript:window.x=1>here</a> <form id=question action=https://evil.example><input name=q></form> "
    "<img src=https://evil.example/pixel.png> <div style=position:fixed;inset:0;z-index:9>over all</div> "
    "<base href=https://evil.example/> <meta http-equiv=refresh content=0;url=https://evil.example/> "
    "<link rel=stylesheet href=https://evil.example/x.css> <object data=https://evil.example/></object> "
    "<details open ontoggle=window.x=1> <video><source onerror=window.x=1></video> <body onload=window.x=1> "
    "![pixel](https://evil.example/x.png) [here](javascript:window.x=1) **5*3** and 2*4 mg, if a<b then c>d "
    "&lt;script&gt;window.x=1&lt;/script&gt; &#60;b&#62; <!-- ]]> --></div></div></section> ${ {{ }} \u2028\u202e"
)
PAGES = ("First page about nothing much.\n\n", "The second page says the giraffe weighs 800 kg\nand continues ")
STRADDLES = "over to page three without a stop"

LONG = "\n".join(f"Line {number} of a long text about nothing in particular." for number in range(3_000))
NEEDLE = "In the long text an aardvark eats 4321 termites, a well-fed & happy one."


def hostile_documents(folder: Path) -> list[Document]:
    """Markup; emoji, right-to-left and CJK text; pages; a file that is gone; a long text."""
    (folder / "sub dir").mkdir(parents=True, exist_ok=True)
    names = (f"sub dir/{NAME}", "emoji 😀.md", "paged.pdf", "gone.html", "long.txt")
    paths = [folder / name for name in names]
    texts = [
        f"Preface 😀 first.\n\n{HOSTILE}\n\nEnd.\n",
        f"😀 intro line.\r\n\r\n{EMOJI}.\r\n\r\n漢字 end.\r\n",
        PAGES[0] + PAGES[1] + STRADDLES + ".\n",
        "<p>Nobody keeps this penguin file of 3 lines</p>",
        f"{LONG}\n\n{NEEDLE}\n\n{LONG}",
    ]
    for path, text in zip(paths, texts, strict=True):
        path.write_bytes(text.encode())
    known = {"title": TITLE, "publisher": "<b>Evil</b> & Sons", "published": "2020-02-30", "url": "javascript:alert(1)"}
    documents = [
        make_document(paths[0], f"sub dir/{NAME}", **known),
        make_document(paths[1], "emoji 😀.md", title="Emoji 😀", url="https://example.org/a?b=1"),
        make_document(paths[2], "paged.pdf", (0, len(PAGES[0]), len(PAGES[0]) + len(PAGES[1])), title="Paged"),
        make_document(paths[3], "gone.html", title="Gone"),
        make_document(paths[4], "long.txt", title="Long"),
    ]
    paths[3].unlink()
    return documents
