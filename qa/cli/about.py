"""What ``--help`` says of each command: what it does, what to type, what comes back."""

from __future__ import annotations

PINCITE = """\
Ask a folder of documents a question and get the sentences that answer it, word for word, each with a citation that
points at the exact place; when the sources do not answer, Pincite says so.

  pincite ask "What was Beijing's R&D intensity in 2024?"    ask the corpus that comes with it
  pincite index ~/reports && pincite ask "..."               ask your own documents
  pincite serve --open                                       the same on a screen in your browser
"""

PINCITE_END = """\
`pincite COMMAND --help` shows what to type. Results go to standard output, all else to standard error. Exit status: 0
done (to say that the sources do not answer is done), 1 an error, in one line with what to do next, 2 wrong usage.
"""

INDEX = """\
Read the documents below every PATH and build or update the index, so that it holds them and no others. Only passages
that are new are embedded. Without PATH: what the index was built from, or else the corpus that comes with Pincite.

  pincite index ~/reports ~/letters/one.pdf    from now on, these are the documents that are asked
  pincite index                                the same again, after files were added, changed or deleted
  pincite index --watch                        the same, and again whenever a file changes
  pincite index ~/other --index ~/other.index  a second index; give --index to the other commands too

Read are {formats}.
What could not be read is said, with the reason; `pincite sources --health` says it again. A sources.toml in a
folder may give title, publisher, date and URL of the files beside it:

  [[source]]
  file = "report.pdf"
  title = "Annual report"
  publisher = "The council"
  published = 2024-05-31
  url = "https://example.org/report.pdf"
"""

ASK = """\
Answer a question word for word from the sources, with citations, or say that they do not answer it.

  pincite ask "When will the hub be complete?"
  pincite ask "And Shanghai's?" --history "What was Beijing's R&D intensity in 2024?"
  pincite ask "Who signed it?" --source treaty.pdf
  pincite ask                                 a conversation; an empty line ends it
  pincite ask < questions.txt                 one question a line, each for itself
  pincite ask --file questions.jsonl --json   one {"id", "question", "history"} a line; several are answered at once
  pincite ask "Who signed it?" --accuracy 90  show surer answers only, refuse more
  pincite ask "Who signed it?" --reader ~/models/bert-squad2     read with a model of your own

The percentage behind an answer is the probability that it is right. With --json: "text" is the answer, "span" the words
in it that answer, "citations" say where it stands ("start" and "end" count characters of the document's text), "hits"
are the closest passages; where the sources do not answer, "text" is null and "reason" says why.
"""

SEARCH = """\
The passages nearest to a question, best first, whether or not they answer it, with their scores.

  pincite search "technology transfer" --top-k 3
  pincite search "technology transfer" --mode lexical

hybrid: both searches, fused; dense: by meaning (cosine of the vectors); lexical: by words (BM25).
"""

SOURCES = """\
  pincite sources                      list the documents in the index
  pincite sources --health             what is wrong or doubtful with them
  pincite sources show ID --text       print a document's text, into which all offsets point
  pincite sources add PATH...          add documents
  pincite sources remove ID...         take documents out of the index (their files stay)
"""

SHOW = """\
What is known of one document, by the ID that `pincite sources` prints, or its text.

  pincite sources show report.pdf
  pincite sources show report.pdf --text > report.txt
"""

ADD = """\
Read more documents into the index; those that are there stay. A folder that is added is looked through again whenever
`pincite index` runs without PATH. What was removed comes back when it is added again.

  pincite sources add ~/letters notes.md
"""

REMOVE = """\
Take documents out of the index, by the ID that `pincite sources` prints. Their files stay, and they stay out when
`pincite index` runs again.

  pincite sources remove letters/one.txt
"""

VERIFY = """\
Check every citation in a file of answers (from `pincite ask --json`): the file is the same, and the quote stands in it
at the very place named. Prints a line for each that fails; exit status 1 if any does.

  pincite ask --file questions.jsonl --json > answers.jsonl && pincite verify answers.jsonl
"""

CALIBRATE = """\
Ask the questions of a set and fit the confidence to what comes back, so that of the answers shown with 80 % about 80 %
are right on documents like yours. Needs 30 questions or more, some of them unanswerable. Starts from the confidence
that ships; few questions move it little. --reset goes back to it. Of a set with a development and a test half it asks
the first alone, so that the second still tells what it was worth: see --split.

  pincite calibrate mine                     a set in eval/sets, by name or path
  pincite calibrate mine --dry-run           say what would change, keep things as they are
  pincite calibrate mine --reader FOLDER     for a reader of your own, which has a calibration of its own
"""

SERVE = """\
Serve the screen, the REST API (/api/v1, described at /api/v1/docs) and MCP (/mcp) on this machine until Ctrl+C. On a
first start the index is built, with progress on the screen.

  pincite serve --open                                   the screen in your browser
  pincite serve --index ~/other.index --port 8000        another index, on another port
  pincite serve --questions ~/reports/questions          Correct and Wrong save there; `pincite eval` takes it, too
  PINCITE_TOKEN=... pincite serve --host 0.0.0.0         for others in your network, who must know the token

Any host but this machine's own asks visitors for a token; without one, a random one is made and printed.
"""

MCP = """\
Serve the Model Context Protocol on standard input and output, for a client that starts this command itself, such as a
desktop assistant. The tools are ask, search, list_sources and read_source; none changes anything. What to paste into
the client's configuration:

  {"mcpServers": {"pincite": {"command": "pincite", "args": ["mcp"]}}}

with the full path of pincite where the client does not find it, and "--index", "DIR" behind "mcp" for an index of your
own. Over HTTP: `pincite serve`, and in the configuration "url": "http://127.0.0.1:7860/mcp".
"""
