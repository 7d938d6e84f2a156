//! Signatures, the signer's chain, and the change of a key.

use presence::event::{Digest, Kind, Place, Signer, digest, encode, parse, sign, verify};

use crate::fixture::{event, face_check, key, next_key, place, signer};

#[test]
fn a_signature_holds_for_its_bytes_and_key_alone() {
    let bytes = encode(&event(Kind::Heartbeat));
    let sig = sign(&bytes, &key());
    let public = key().verifying_key().to_bytes();
    assert!(verify(&bytes, &sig, &public));
    assert!(!verify(&bytes, &sig, &next_key().verifying_key().to_bytes()));
    assert!(!verify(&bytes, &sig[..63], &public));
    assert!(!verify(&bytes, &[], &public));
    let mut spaced = bytes.clone();
    spaced.push(b' ');
    assert!(!verify(&spaced, &sig, &public), "the bytes as sent count, not what they mean");
}

#[test]
fn a_weak_key_verifies_nothing() {
    // Neutral point as key and as R, zero as s: the plain equation holds for every message.
    let mut weak = [0; 32];
    weak[0] = 1;
    let mut sig = [0; 64];
    sig[0] = 1;
    assert!(!verify(b"anything", &sig, &weak));
}

#[test]
fn the_same_signature_spelt_otherwise_is_refused() {
    // s + L satisfies the same equation; a reader that reduces s would take it.
    const ORDER: [u8; 32] = [
        0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde,
        0x14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
    ];
    let bytes = encode(&event(Kind::Heartbeat));
    let mut sig = sign(&bytes, &key());
    let mut carry = 0;
    for (byte, order) in sig[32..].iter_mut().zip(ORDER) {
        let sum = u16::from(*byte) + u16::from(order) + carry;
        (*byte, carry) = (sum as u8, sum >> 8);
    }
    assert_eq!(carry, 0);
    assert!(!verify(&bytes, &sig, &key().verifying_key().to_bytes()));
}

#[test]
fn a_signer_makes_a_chain_and_goes_on_after_a_restart() {
    let mut signer = signer();
    let first = signer.next(Kind::Started, 1_000, 10, Place::None);
    let parsed = parse(&first.bytes).expect("its own event is readable");
    assert_eq!((parsed.seq, parsed.prev), (1, Digest::ZERO));
    assert_eq!((signer.seq(), signer.prev()), (1, digest(&first.bytes)));

    let mut again = Signer::new(key(), signer.device(), "other-boot", "kiosk-1.4.1", "c2")
        .resume(signer.seq(), signer.prev());
    let second = again.next(Kind::Check(face_check()), 2_000, 20, place());
    let parsed = parse(&second.bytes).expect("its own event is readable");
    assert_eq!((parsed.seq, parsed.prev), (2, digest(&first.bytes)));
    assert_eq!(parsed.boot, "other-boot");
    assert!(verify(&second.bytes, &second.sig, &again.public_key()));
}

#[test]
fn the_old_key_signs_the_new_one_and_nothing_after() {
    let mut signer = signer();
    let old = signer.public_key();
    let change = signer.replace_key(next_key(), 1_000, 10, Place::None);
    let after = signer.next(Kind::Heartbeat, 2_000, 20, Place::None);
    let new = next_key().verifying_key().to_bytes();
    assert!(verify(&change.bytes, &change.sig, &old));
    assert!(verify(&after.bytes, &after.sig, &new));
    assert!(!verify(&after.bytes, &after.sig, &old));
    let parsed = parse(&change.bytes).expect("its own event is readable");
    assert_eq!(parsed.kind, Kind::Key { public_key: new });
    assert_eq!(signer.seq(), 2);
}

#[test]
fn a_signer_never_shows_its_secret() {
    let shown = format!("{:?}", signer());
    let secret = format!("{:?}", key().to_bytes());
    assert!(!shown.contains(secret.trim_matches(['[', ']'])), "{shown}");
}
