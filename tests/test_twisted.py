"""What differs from its source in a number, however that is written, or in one negation, is not supported."""

from __future__ import annotations

import pytest

from rag.support import judge_support


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The bridge cost £4 million to build in the north.", "The bridge cost £4 to build in the north."),
        ("The bridge cost £4m to build in the north.", "The bridge cost £4bn to build in the north."),
        ("The bridge cost $6k to paint in the north.", "The bridge cost $6m to paint in the north."),
        ("Le pont a coûté 6 milliards d'euros à la ville.", "Le pont a coûté 6 millions d'euros à la ville."),
        ("Give .75 mg of the syrup at night.", "Give 75 mg of the syrup at night."),
        ("Le bail est de 2 300 euros par an.", "Le bail est de 300 euros par an."),
        ("Die Pacht beträgt 2'300 Franken im Jahr.", "Die Pacht beträgt 300 Franken im Jahr."),
        ("The valley has 14 700 residents today.", "The valley has 14 residents today."),
        ("Three thousand four hundred runners came to the race.", "Four hundred runners came to the race."),
        ("Three thousand four hundred runners came to the race.", "Three thousand runners came to the race."),
        ("Six thousand and ten runners came to the race.", "Ten runners came to the race."),
        ("The climb takes 2½ hours on foot.", "The climb takes 2 hours on foot."),
        ("The fence is 3 1/4 metres long.", "The fence is 3 metres long."),
        ("Stir in ¾ cup of flour at once.", "Stir in ¼ cup of flour at once."),
        ("The sample had 10⁷ cells in each dish.", "The sample had 10 cells in each dish."),
        ("The sample had 10^7 cells in each dish.", "The sample had 10^8 cells in each dish."),
        ("The cable is 80 m long from end to end.", "The cable is 80 km long from end to end."),
        ("Give 20 mcg of the syrup at night.", "Give 20 mg of the syrup at night."),
        ("Lorries > 7 tonnes must use the ford.", "Lorries < 7 tonnes must use the ford."),
        ("Boats ≥ 9 m pay at the lock.", "Boats ≤ 9 m pay at the lock."),
        ("Guests may not cook and may not wash in the rooms.", "Guests may cook and may not wash in the rooms."),
        ("Those who are not enrolled must not use the gym.", "Those who are not enrolled must use the gym."),
        (
            "No deposit is taken for members, but boats are not let on Monday.",
            "A deposit is taken for members, but boats are not let on Monday.",
        ),
        ("The plan does not cover tyres, nor does it cover glass.", "The plan covers tyres, nor does it cover glass."),
        ("The pass cannot be returned. It may be sold, but not abroad.", "The pass can be returned, but not abroad."),
        ("Call 01632 960018 and choose 3.", "Call 01632 960 018 and choose 6."),
        ("With a lamp the eggs must be warmed before dawn.", "With a lamp the eggs must not be warmed before dawn."),
        ("Nobody may smoke in the flat at night.", "Anyone may smoke in the flat at night."),
        ("No visitor may enter the mill.", "A visitor may enter the mill."),
        ("There is no 12-hour desk at the inn.", "There is a 12-hour desk at the inn."),
        ("No 15-year-olds may enter the mill.", "15-year-olds may enter the mill."),
        ("Katter är inte tillåtna i båten.", "Katter är tillåtna i båten."),
        ("Koty nie są dozwolone na łodzi.", "Koty są dozwolone na łodzi."),
        ("Кошки не допускаются на борт.", "Кошки допускаются на борт."),
    ],
)
def test_another_number_or_one_negation_less(source: str, claim: str) -> None:
    assert judge_support(source, [source]).verdict == "supported"
    assert judge_support(claim, [source]).verdict != "supported"


@pytest.mark.parametrize(
    ("source", "claim"),
    [
        ("The fee is 12 500 kroner for each boat.", "The fee is 12,500 kroner for each boat."),
        ("Der Eintritt kostet 19,80 Euro.", "Der Eintritt kostet 19.80 Euro."),
        ("Growth was .5 per cent in the spring.", "Growth was 0.5 per cent in the spring."),
        ("The climb takes 1½ hours on foot.", "The climb takes 1.5 hours on foot."),
        ("The house at No 7 Mill Lane is let.", "The house at Mill Lane is let."),
        ("Cats are not allowed. No cats are allowed on board.", "Cats are not allowed on board."),
        ("The pass may not be sold and is not valid abroad.", "The pass is not valid abroad and may not be sold."),
    ],
)
def test_the_same_in_other_words(source: str, claim: str) -> None:
    assert judge_support(claim, [source]).verdict == "supported"


def test_a_vowel_on_a_letter_makes_another_word() -> None:
    assert judge_support("किराया बेटा देगा।", ["किराया बेटी देगी।"]).verdict != "supported"
