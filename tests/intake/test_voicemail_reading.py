"""What is read of an e-mail of the phone system, whoever wrote it."""

from __future__ import annotations

import base64

import pytest

from intake.voicemail.audio import audio_type
from intake.voicemail.numbers import caller_in, internal_in
from intake.voicemail.reading import read_headers, read_message
from tests.intake.messages import mail, recording

OURS = "+33261911001"
CALLER = "+33261910077"


class TestNumbers:
    @pytest.mark.parametrize(
        "subject",
        [
            "Nouveau message vocal de 0261910077",
            "Nouveau message vocal de 0033261910077 vers 0033261911001",  # OVHcloud
            "[OVH] Messagerie vocale : message de +33261910077",
            "New voicemail from +33261910077 to 100",  # 3CX
            "3CX: Voicemail from 0261910077 (Odile) for extension 100",
            "Message vocal du 02 61 91 00 77",  # Freebox
            "[Freebox] Nouveau message reçu du 02.61.91.00.77 le 24/11/2026 à 10:12",
            '[PBX]: New message 1 in mailbox 100 from "Odile" <0261910077>',  # Asterisk
            "Appel manqué : 02-61-91-00-77 a laissé un message de 0:23",
            "02 61 91 10 01 : nouveau message, appelant : 02 61 91 00 77",
            "Vous avez un message pour le 02 61 91 10 01 de 02 61 91 00 77",
        ],
    )
    def test_who_called(self, subject):
        assert caller_in(subject, {OURS}) == CALLER

    @pytest.mark.parametrize(
        "text",
        [
            "Nouveau message vocal",
            "Nouveau message de numéro masqué",
            "Message du 24/11/2026 à 10:12:45",
            "Message for 02 61 91 10 01",
            "Durée 00:23, dossier 2026-11-24-101245",
            "",
            "0" * 5_000,
        ],
    )
    def test_no_number_is_made_up(self, text):
        assert caller_in(text, {OURS}) == ""

    def test_a_foreign_caller(self):
        assert caller_in("Voicemail from +32 2 555 12 12") == "+3225551212"

    def test_an_extension_is_kept_as_it_is(self):
        assert internal_in("Nouveau message du poste 104") == "104"
        assert internal_in("Message du 24/11/2026") == ""

    def test_sender_then_text(self):
        assert read_message(mail("Message", sender="0261910077 <m@telephone.example>")).phone == CALLER
        assert read_message(mail("Message", sender="0261910077@telephone.example")).phone == CALLER
        body = "Durée : 12 s\nAppelant : 02 61 91 00 77\n--\nAssistance : 02 61 91 00 99"
        assert read_message(mail("Message", body)).phone == CALLER

    def test_the_number_of_a_signature_is_not_the_callers(self):
        assert read_message(mail("Message", "Bonjour\n--\nAssistance 02 61 91 00 99")).phone == ""


class TestRecordings:
    @pytest.mark.parametrize(
        ("start", "kind"),
        [
            (b"RIFF\x24\x00\x00\x00WAVEfmt ", "audio/wav"),
            (b"ID3\x04", "audio/mpeg"),
            (b"\xff\xfb\x90\x00", "audio/mpeg"),
            (b"OggS\x00", "audio/ogg"),
            (b"\x00\x00\x00\x20ftypM4A \x00", "audio/mp4"),
            (b"#!AMR\n", "audio/amr"),
            (b"\xff\xf1\x50\x80", "audio/aac"),
            (b"PK\x03\x04", ""),
            (b"<html><script>", ""),
            (b"RIFF\x24\x00\x00\x00AVI ", ""),
            (b"\xff\xd8\xff\xe0", ""),  # JPEG
            (b"", ""),
        ],
    )
    def test_by_its_first_bytes(self, start, kind):
        assert audio_type(start) == kind

    def test_kept_with_its_own_type(self):
        read = read_message(mail())
        assert (read.audio, read.audio_type, read.problem) == (recording(), "audio/wav", "")
        assert read.original == b""

    def test_what_says_it_is_a_sound_and_is_a_page_is_not_played(self):
        raw = mail(audio=b"<html><script>alert(1)</script>")
        read = read_message(raw)
        assert read.audio == b""
        assert "msg0001.wav" in read.problem
        assert read.original == raw

    def test_a_zip(self):
        read = read_message(mail(audio=b"PK\x03\x04" + b"\0" * 100))
        assert (read.audio, bool(read.problem), read.phone) == (b"", True, CALLER)

    def test_no_recording_is_told(self):
        assert read_message(mail(audio=None)).problem


class TestHostile:
    def test_damaged_but_kept(self):
        raw = mail()
        cut = raw[: len(raw) // 2]
        read = read_message(cut)
        assert read.problem
        assert read.original == cut
        assert read.phone == CALLER

    @pytest.mark.parametrize(
        "raw",
        [
            b"",
            b"\x00\x01\x02",
            b"no header at all, only words",
            b"Subject: =?utf-8?b?////?=\r\n\r\n",
            b"Subject: =?x-none?q?abc?=\r\n\r\nwords",
            b"Content-Type: multipart/mixed\r\n\r\n--",
            b"Content-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--",
            b"Content-Type: text/plain; charset=x-unknown\r\n\r\n\xe9t\xe9",
            b"From: " + b"a" * 100_000 + b"\r\n\r\n",
            b"Content-Transfer-Encoding: base64\r\nContent-Type: audio/wav\r\n\r\n%%%%",
        ],
    )
    def test_nothing_breaks_it(self, raw):
        read = read_message(raw)
        assert read.problem
        assert read.original == raw
        assert len(read.key) == 64

    def test_ten_thousand_recipients(self):
        many = b"To: " + b",\r\n ".join(b"u%d@parc.example" % number for number in range(10_000)) + b"\r\n"
        read = read_message(many + mail())
        assert (read.phone, read.audio) == (CALLER, recording())

    def test_a_thousand_parts_in_one_another(self):
        raw = b"From: x@y.example\r\n"
        for number in range(3_000):
            raw += b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (number, number)
        read = read_message(raw)
        assert read.problem
        assert read.original == raw

    def test_latin_1(self):
        raw = (
            "From: Messagerie <m@telephone.example>\r\nSubject: Message laissé de 0261910077\r\n"
            "Content-Type: text/plain; charset=iso-8859-1\r\n\r\nÀ rappeler après-midi"
        ).encode("latin-1")
        read = read_message(raw)
        assert (read.phone, read.words) == (CALLER, "À rappeler après-midi")

    def test_lines_smuggled_into_a_header(self):
        subject = base64.b64encode(b"de 0261910077\r\nBcc: all@parc.example\r\n\x00").decode()
        read = read_message(b"Subject: =?utf-8?b?" + subject.encode() + b"?=\r\n\r\nmots")
        assert read.phone == CALLER
        assert "\x00" not in read.words

    def test_html_becomes_words(self):
        raw = (
            b"Subject: x\r\nContent-Type: text/html; charset=utf-8\r\n\r\n"
            b"<style>p{}</style><p>Bonjour <b>Odile</b></p><script>alert(1)</script><p>De : 0261910077</p>"
        )
        read = read_message(raw)
        assert read.words == "Bonjour Odile\nDe : 0261910077"
        assert read.phone == CALLER

    def test_too_large_keeps_what_the_headers_say(self):
        read = read_headers(mail().partition(b"\r\n\r\n")[0] + b"\r\n\r\n", 100 * 1024 * 1024)
        assert read.phone == CALLER
        assert "100" in read.problem


class TestKey:
    def test_the_same_message_by_another_way(self):
        raw = mail()
        again = b"Received: from elsewhere\r\nX-Spam: no\r\n" + raw
        assert read_message(raw).key == read_message(again).key

    def test_two_messages_with_the_same_identifier(self):
        """Some systems give all of them the same: none may be lost."""
        assert read_message(mail()).key != read_message(mail(audio=recording(0.3))).key

    def test_without_an_identifier(self):
        first, second = mail(message_id=""), mail("Nouveau message vocal de 0261910078", message_id="")
        assert read_message(first).key == read_message(first).key != read_message(second).key
