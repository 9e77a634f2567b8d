"""The judge: what an indicator would have done, and whether what it did is worse; numpy only, no clock, no chance."""

from shipwake.judge.assess import assess
from shipwake.judge.detector import teach
from shipwake.judge.joint import Level, at_caution, level
from shipwake.judge.later import Coarser, Held, assess_later, coarser, fold_later
from shipwake.judge.learn import learn
from shipwake.judge.normal import Normal
from shipwake.judge.onward import learn_onward
from shipwake.judge.past import Past
from shipwake.judge.regrid import regrid
from shipwake.judge.sizes import Abreast, abreast, at_last, evidence_of, together
from shipwake.judge.taught import Score

__all__ = [
    "Abreast",
    "Coarser",
    "Held",
    "Level",
    "Normal",
    "Past",
    "Score",
    "abreast",
    "assess",
    "assess_later",
    "at_caution",
    "at_last",
    "coarser",
    "evidence_of",
    "fold_later",
    "learn",
    "learn_onward",
    "level",
    "regrid",
    "teach",
    "together",
]
