#!/usr/bin/env bash
# c2pa-text-binding 0.3.0
#
# Behaviour: the structural fingerprint (com.writerslogic.text-structure.1, in C2PA's list of soft bindings) is made of
# lengths, marks and function words, and these words are English. In another language each word is a blank, and the run
# of blanks outweighs the rest: two short texts that have nothing in common get one fingerprint, bit for bit. The
# verifier then calls the one a likely copy of the other, though the check against transfer has failed.
# Seen: bits of 256 that differ between a weather warning and praise of a telephone: English 83, Chinese 0, Russian 0,
# French 0, where up to 24 count as a match. Surface fingerprints of the same texts are all farther apart than the 32
# that count as one there. verify_tier() of the two Chinese texts: LIKELY.
# Expected: fingerprints far apart, as in English, or a refusal of the language.
# What to do: take text-fingerprint.1 for texts that are not English. Of a manifest that was found by text-structure.1,
# believe nothing before a second fingerprint agrees.
# shellcheck source-path=SCRIPTDIR source=lib/start.sh
source "$(dirname "${BASH_SOURCE[0]}")/lib/start.sh"
python_packages c2pa-text-binding==0.3.0

cat >look.py <<'PYTHON'
import c2pa_text_binding as binding

PAIRS = {
    "English": (
        "This morning the weather office warned of heavy rain. People should stay at home, if they can. "
        "Schools may close early today!",
        "The new phone has a faster processor. Its screen is brighter, and the battery lasts for two days. "
        "Sales begin next week.",
    ),
    "Chinese": (
        "今天上午，市气象台发布暴雨预警，提醒市民减少外出，注意交通安全，学校根据情况安排停课，地铁适当延长运营时间。",
        "这款手机采用全新处理器，屏幕更加明亮，电池可以使用两天，拍照效果明显提升，价格保持不变，下周正式开始销售。",
    ),
    "Russian": (
        "Утром синоптики предупредили о сильном дожде. Жителям советуют остаться дома, если это возможно. "
        "Школы могут закрыться раньше!",
        "В новом телефоне быстрый процессор. Экран стал ярче, а батареи хватает на два дня. "
        "Продажи начнутся на следующей неделе.",
    ),
    "French": (
        "Le matin, la météo annonce de fortes pluies. Les habitants sont priés de rester chez eux, si possible. "
        "Les écoles peuvent fermer plus tôt!",
        "Le nouveau téléphone a un processeur plus rapide. Son écran est plus clair, et la batterie tient deux jours. "
        "La vente commence mardi.",
    ),
}
for language, (one, other) in PAIRS.items():
    structure = binding.hamming_hex(binding.text_structure(one), binding.text_structure(other))
    surface = binding.hamming_hex(binding.text_fingerprint(one), binding.text_fingerprint(other))
    print(language, structure, "apart" if surface > 32 else "alike")
one, other = PAIRS["Chinese"]
assertion = binding.soft_binding_structure(one)
print("tier", binding.verify_tier(other, assertion, watermark_verified=False, crosscheck_ok=False), "-")
PYTHON
"$python" look.py >seen
while read -r what seen surface; do
    case $what in
        English) still "bits between two English texts, surface" "83 apart" "$seen $surface" ;;
        tier) still "what the verifier says of the Chinese ones" LIKELY "$seen" ;;
        *) still "bits between two $what texts, surface" "0 apart" "$seen $surface" ;;
    esac
done <seen
