"""Time stamps (RFC 3161) by a real authority: OpenSSL's, run here."""

import datetime
import subprocess
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.auditing.mending import Export
from tests.auditing.notarised import ORIGIN, Notarised
from turnout.adapters.proof.stamp_line import StampLine, read_roots, stamped_at
from turnout.auditing.archive import STAMPS
from turnout.edge.proof.plan import ProofPlan, StampPlan
from turnout.edge.proof.ports import NotAnswered
from turnout.words.moment import DAY_MS, HOUR_MS, Moment

CONFIG = """
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha512
accuracy = secs:1
ordering = no
tsa_name = no
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


def certificate(name: str, key, issuer: x509.Certificate | None, issuer_key, *more) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder(
        subject_name=subject,
        issuer_name=issuer.subject if issuer is not None else subject,
        public_key=key.public_key(),
        serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(days=1),
        not_valid_after=now + datetime.timedelta(days=30),
    )
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256())


class Authority:
    """OpenSSL's responder over HTTP, with a root of its own. `is_down`; `says` another answer than the right one."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True)
        self.folder, self.is_down, self.says, self.asked = folder, False, None, 0
        root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
        usage = (x509.BasicConstraints(ca=True, path_length=0), True)
        root = certificate("Root of the stamper", root_key, None, root_key, usage)
        purpose = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True)
        signer = certificate("Stamper", key, root, root_key, purpose)
        self.root = folder / "root.pem"
        self.root.write_bytes(root.public_bytes(Encoding.PEM))
        (folder / "signer.pem").write_bytes(signer.public_bytes(Encoding.PEM))
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        (folder / "signer.key").write_bytes(secret)
        (folder / "serial").write_text("01\n")
        (folder / "tsa.conf").write_text(CONFIG.format(folder=folder))
        self.client = httpx.AsyncClient(transport=httpx.MockTransport(self._answer))
        self.line = StampLine("http://tsa.example", read_roots(self.root), self.client)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        if self.is_down:
            raise httpx.ConnectError("nobody answers")
        if self.says is not None:
            return self.says
        (self.folder / "query").write_bytes(request.content)
        command = ["openssl", "ts", "-reply", "-config", "tsa.conf", "-queryfile", "query", "-out", "reply"]
        command += ["-signer", "signer.pem", "-inkey", "signer.key"]
        subprocess.run(command, cwd=self.folder, check=True, capture_output=True, timeout=30)
        return httpx.Response(200, content=(self.folder / "reply").read_bytes())


def a_stamped_city(folder: Path, authority: Authority) -> Notarised:
    plan = ProofPlan(ORIGIN, stamps=StampPlan("http://tsa.example", authority.root))
    return Notarised(folder, plan=plan, stamper=authority.line)


async def test_a_stamp_a_day_is_kept_exported_and_verified(tmp_path: Path):
    authority = Authority(tmp_path / "tsa")
    city = a_stamped_city(tmp_path, authority)
    await city.goes_on(10)
    await city.goes_on(10)
    assert authority.asked == 1
    city.moment = Moment(city.moment + DAY_MS)
    await city.goes_on(10)
    await city.goes_on(10)
    assert authority.asked == 2
    path, _ = await city.exports()
    found = city.verifies(path, roots=tuple(read_roots(authority.root)))
    assert found.findings == []
    assert [size for size, _ in found.stamps] == [10, 30]
    now = datetime.datetime.now(datetime.UTC).timestamp()
    assert all(abs(at_s - now) < 600 for _, at_s in found.stamps)
    part, about = await city.exports("part.zip", first_seq=1, last_seq=20)
    assert about.size == 30
    assert [size for size, _ in city.verifies(part, roots=tuple(read_roots(authority.root))).stamps] == [30]
    await city.close()


async def test_openssl_itself_agrees_that_it_is_a_stamp_of_the_checkpoint(tmp_path: Path):
    authority = Authority(tmp_path / "tsa")
    city = a_stamped_city(tmp_path, authority)
    await city.goes_on(10)
    stamp, signed = await city.store.last_stamp(), await city.store.newest()
    (tmp_path / "text").write_text(signed.journal.partition("\n\n")[0] + "\n")
    (tmp_path / "stamp.tsr").write_bytes(stamp.body)
    command = ["openssl", "ts", "-verify", "-data", "text", "-in", "stamp.tsr", "-CAfile", str(authority.root)]
    command += ["-untrusted", str(authority.folder / "signer.pem")]
    said = subprocess.run(command, cwd=tmp_path, check=True, capture_output=True, text=True, timeout=30)
    assert "Verification: OK" in said.stdout
    await city.close()


async def test_a_stamp_of_something_else_or_by_somebody_else_is_none(tmp_path: Path):
    authority, stranger = Authority(tmp_path / "tsa"), Authority(tmp_path / "other")
    stamp = await authority.line.stamp(b"a text")
    roots = read_roots(authority.root)
    assert stamped_at(stamp, b"a text", roots) is not None
    assert stamped_at(stamp, b"another text", roots) is None
    assert stamped_at(stamp, b"a text", read_roots(stranger.root)) is None
    assert stamped_at(stamp[:-1], b"a text", roots) is None
    assert stamped_at(b"", b"a text", roots) is None
    authority.says = httpx.Response(200, content=stamp)
    with pytest.raises(NotAnswered):
        await authority.line.stamp(b"a text")  # an old answer: its nonce is another


async def test_an_export_whose_stamp_is_of_other_records_says_so(tmp_path: Path):
    authority = Authority(tmp_path / "tsa")
    city = a_stamped_city(tmp_path, authority)
    await city.goes_on(10)
    await city.goes_on(10)
    path, _ = await city.exports()
    export = Export(path)
    export.members[STAMPS] = export.members[STAMPS].replace(b'"size":10', b'"size":20')
    found = city.verifies(export.write(tmp_path / "x.zip"), roots=tuple(read_roots(authority.root)))
    assert [(one.code, one.at) for one in found.findings] == [("stamp-invalid", 20)]
    await city.close()


async def test_an_authority_that_is_down_holds_nothing_up_and_is_said_in_time(tmp_path: Path):
    authority = Authority(tmp_path / "tsa")
    city = a_stamped_city(tmp_path, authority)
    authority.is_down = True
    await city.goes_on(10)
    assert (await city.store.newest()).size == 10
    assert city.notary.warning() is None
    city.moment = Moment(city.moment + 49 * HOUR_MS)
    assert "no time stamp" in city.notary.warning().en
    authority.is_down = False
    authority.says = httpx.Response(500)
    await city.goes_on(10)
    assert await city.store.last_stamp() is None
    authority.says = None
    await city.goes_on(10)
    assert city.notary.warning() is None
    await city.close()
