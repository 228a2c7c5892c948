"""What is spoken, by eSpeak NG, and the clip that has picture and sound."""

from pathlib import Path

from tools.make_samples.pictures import clip_frames
from tools.make_samples.programs import run

ANNOUNCEMENT = "Attention please. The ferry to Osk Island leaves from pier two at ten fifteen."
VOICE_NOTE = (
    "Hi, it's me. The draft of the bulletin is finished. Have a look when you can, "
    "and tell me whether the picture of the harbour works on page one. Talk to you later."
)
NEWS_ZH = "早上好。今天云汀港晴，最高气温二十二度。"
# The same in toned Pinyin: eSpeak NG as packaged lacks the dictionary for characters, and reads them in English.
NEWS_ZH_SPOKEN = "zao3 shang4 hao3. jin1 tian1 yun2 ting1 gang3 qing2, zui4 gao1 qi4 wen1 er4 shi2 er4 du4."
CLIP = "Good morning from Brenlow harbour. The sea is calm."

# Without these FFmpeg notes its own version in the file.
BITEXACT = ("-map_metadata", "-1", "-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact")

FRAMES_PER_SECOND = 25
CLIP_SECONDS = 3


def speak(text: str, voice: str, words_per_minute: int, target: Path, *, rate: int) -> Path:
    """Speak a text into a mono WAV file, 16 bit, its peak 2 dB below full scale, with short silence around it."""
    raw = target.with_suffix(".raw.wav")
    run("espeak-ng", "-v", voice, "-s", str(words_per_minute), "-w", raw, text)
    run(
        "sox", "-D", raw, "-c", "1", "-b", "16", target, *("rate", "-v", str(rate), "norm", "-2", "pad", "0.12", "0.15")
    )
    raw.unlink()
    return target


def announcement(target: Path, build: Path) -> None:
    """A ferry announcement, 16 kHz WAV."""
    speak(ANNOUNCEMENT, "en-us+f3", 160, build / "announcement.wav", rate=16_000).replace(target)


def voice_note(target: Path, build: Path) -> None:
    """A voice message, MP3 at 40 kbit/s."""
    spoken = speak(VOICE_NOTE, "en-gb-x-rp+m3", 165, build / "voice-note.wav", rate=24_000)
    run("ffmpeg", "-y", "-i", spoken, *("-c:a", "libmp3lame", "-b:a", "40k", "-id3v2_version", "0", *BITEXACT), target)


def news_zh(target: Path, build: Path) -> None:
    """The start of a radio bulletin in Mandarin, 16 kHz WAV."""
    speak(NEWS_ZH_SPOKEN, "cmn-latn-pinyin+f2", 230, build / "news-zh.wav", rate=16_000).replace(target)


def clip(target: Path, build: Path) -> None:
    """Three seconds of the harbour with a spoken greeting: H.264 and AAC in MP4, playable while it loads."""
    spoken = speak(CLIP, "en-gb+f4", 200, build / "clip.wav", rate=44_100)
    frames = clip_frames(FRAMES_PER_SECOND * CLIP_SECONDS, build)
    run(
        "ffmpeg",
        *("-y", "-framerate", str(FRAMES_PER_SECOND), "-i", frames, "-i", spoken, "-t", str(CLIP_SECONDS)),
        *("-c:v", "libx264", "-preset", "veryslow", "-crf", "27", "-pix_fmt", "yuv420p", "-threads", "1"),
        # x264 notes its settings in a message of type 6 (supplemental enhancement information)
        *("-bsf:v", "filter_units=remove_types=6"),
        *("-af", f"apad=whole_dur={CLIP_SECONDS}", "-c:a", "aac", "-b:a", "48k", "-ac", "1"),
        *("-movflags", "+faststart", *BITEXACT),
        target,
    )
