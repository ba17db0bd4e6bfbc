"""``pincite calibrate``."""

from __future__ import annotations

from argparse import Namespace

from qa.cli.common import answering, open_pincite
from qa.eval.calibrate import Calibration, calibrate, judge, shipped, write_calibration
from qa.eval.sets import QuestionSet, Split, find_set, read_set
from qa.pipeline import Pincite, reader_name
from qa.settings import calibration_file, eval_sets_dir


def run_calibrate(args: Namespace) -> int:
    if args.reset:
        calibration_file(reader_name(answering(args).reader)).unlink(missing_ok=True)
        print("The confidence is the one that ships.")
        return 0
    if args.set is None:
        args.usage_error("name a question set, or give --reset")
    path = find_set(args.set, eval_sets_dir())
    pincite = open_pincite(args)
    try:
        questions = read_set(path, lambda id: pincite.document(id).text)
        split: Split = args.split or ("dev" if any(one.split == "dev" for one in questions.questions) else "all")
        return _calibrate(args, pincite, questions.part(split), split)
    finally:
        pincite.close()


def _calibrate(args: Namespace, pincite: Pincite, questions: QuestionSet, split: Split) -> int:
    reader = shipped(pincite)
    found = calibrate(judge(pincite, questions), reader.scorer.confidence)
    for line in _told(found, len(questions.questions), split, pincite.settings.accuracy):
        print(line)
    if args.dry_run:
        print("Nothing was written (--dry-run).")
        return 0
    file = calibration_file(reader.name)
    if found.loss_after >= found.loss_before:
        print("Nothing was written: the confidence that ships is no worse. More questions may change that.")
        if pincite.reader.passed_over:
            file.unlink(missing_ok=True)
            print(f"{file}, fitted to another version of {reader.name}, was removed.")
        return 0
    note = {"set": questions.name, "questions": len(questions.questions), "split": split}
    write_calibration(file, reader, found.confidence, found.shown, note)
    print(f"Written to {file}; `pincite calibrate --reset` with the same --reader, if any, goes back.")
    return 0


def _told(found: Calibration, n: int, split: Split, accuracy: float) -> list[str]:
    verdict = "better" if found.loss_after < found.loss_before else "no better"
    return [
        f"{n} questions{'' if split == 'all' else f' of the {split} split'}, each judged by a fit without it",
        f"log loss {found.loss_before:.3f} as shipped, {found.loss_after:.3f} fitted ({verdict})",
        *(f"shown from {least:.2f}: {share:.0%} right" for least, share in found.shown),
        f"wanted: {accuracy:.0%} of the shown answers right",
    ]
