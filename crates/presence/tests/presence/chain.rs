//! Links between events, for honest devices over a bad line and for dishonest ones.

use std::collections::BTreeMap;

use presence::event::{Answer, Digest, Kind, Link, Place, digest, link, parse, settle_old};
use proptest::prelude::*;

use crate::fixture::signer;

/// The events of an honest device as (number, prev, own digest).
fn chain(length: usize) -> Vec<(u64, Digest, Digest)> {
    let mut signer = signer();
    (0..length as i64)
        .map(|i| {
            let envelope = signer.next(Kind::Heartbeat, i * 1_000, i * 1_000, Place::None);
            let event = parse(&envelope.bytes).expect("its own event is readable");
            (event.seq, event.prev, digest(&envelope.bytes))
        })
        .collect()
}

/// What a server keeps of one device, as far as chains go.
#[derive(Default)]
struct Stored(BTreeMap<u64, Digest>);

impl Stored {
    fn take(&mut self, (seq, prev, own): (u64, Digest, Digest)) -> (Link, Answer) {
        let last = self.0.last_key_value().map(|(seq, own)| (*seq, *own));
        let link = link(last, seq, prev);
        let answer = match link {
            Link::Old => settle_old(self.0.get(&seq).copied(), own),
            _ => Answer::Recorded,
        };
        if answer == Answer::Recorded {
            self.0.insert(seq, own);
        }
        (link, answer)
    }
}

#[test]
fn every_relation_has_its_name() {
    let (a, b) = (digest(b"a"), digest(b"b"));
    let gap = |expected_seq, got_seq| Link::Gap { expected_seq, got_seq };
    let rows = [
        (None, 1, Digest::ZERO, Link::First),
        (None, 1, a, Link::Fork),
        (None, 4, a, gap(1, 4)),
        (None, 0, Digest::ZERO, Link::Old),
        (Some((4, a)), 5, a, Link::Next),
        (Some((4, a)), 5, b, Link::Fork),
        (Some((4, a)), 5, Digest::ZERO, Link::Fork),
        (Some((4, a)), 7, a, gap(5, 7)),
        (Some((4, a)), 4, b, Link::Old),
        (Some((4, a)), 1, Digest::ZERO, Link::Old),
        (Some((u64::MAX, a)), u64::MAX, a, Link::Old),
        (Some((0, a)), u64::MAX, a, gap(1, u64::MAX)),
    ];
    for (last, seq, prev, expected) in rows {
        assert_eq!(link(last, seq, prev), expected, "{last:?} {seq} {prev}");
    }
    assert_eq!(settle_old(None, a), Answer::Recorded);
    assert_eq!(settle_old(Some(a), a), Answer::Duplicate);
    assert_eq!(settle_old(Some(a), b), Answer::Equivocation);
}

#[test]
fn digests_have_one_spelling() {
    let text = digest(b"").to_string();
    assert_eq!(text, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_eq!(text.parse(), Ok(digest(b"")));
    assert!(text.to_uppercase().parse::<Digest>().is_err());
    assert!(text[1..].parse::<Digest>().is_err());
    assert!(format!("{text}0").parse::<Digest>().is_err());
    assert!(format!("{text}00").parse::<Digest>().is_err());
    let json = serde_json::to_string(&digest(b"")).expect("a digest is a text");
    assert_eq!(json, format!("\"{text}\""));
    assert_eq!(serde_json::from_str::<Digest>(&json).ok(), Some(digest(b"")));
}

#[test]
fn in_order_every_event_follows() {
    let mut stored = Stored::default();
    for (i, event) in chain(30).into_iter().enumerate() {
        let expected = if i == 0 { Link::First } else { Link::Next };
        assert_eq!(stored.take(event), (expected, Answer::Recorded));
    }
}

#[test]
fn a_device_that_was_rolled_back_is_found() {
    let honest = chain(5);
    let mut signer = signer().resume(3, honest[2].2);
    let other = signer.next(Kind::Started, 9, 9, Place::None);
    let mut stored = Stored::default();
    for event in &honest {
        stored.take(*event);
    }
    let second_fourth = (4, honest[2].2, digest(&other.bytes));
    assert_eq!(stored.take(second_fourth), (Link::Old, Answer::Equivocation));
    // It goes on from its other history: numbers meet again, digests do not.
    signer.next(Kind::Heartbeat, 10, 10, Place::None);
    let sixth = signer.next(Kind::Heartbeat, 11, 11, Place::None);
    let event = parse(&sixth.bytes).expect("its own event is readable");
    let sixth = (event.seq, event.prev, digest(&sixth.bytes));
    assert_eq!(stored.take(sixth), (Link::Fork, Answer::Recorded));
}

/// A delivery of a chain: which events in which order, some more than once, some never.
fn delivery() -> impl Strategy<Value = (usize, Vec<usize>)> {
    (1..24usize).prop_flat_map(|n| (Just(n), prop::collection::vec(0..n, 1..60)))
}

proptest! {
    #[test]
    fn however_delivered_each_event_is_recorded_once((n, order) in delivery()) {
        let chain = chain(n);
        let mut stored = Stored::default();
        let mut recorded = BTreeMap::new();
        for i in &order {
            let highest = stored.0.last_key_value().map(|(seq, _)| *seq);
            let (link, answer) = stored.take(chain[*i]);
            let seq = chain[*i].0;
            prop_assert_ne!(link, Link::Fork, "an honest device never forks");
            match link {
                Link::First => prop_assert_eq!((highest, seq), (None, 1)),
                Link::Next => prop_assert_eq!(highest.map(|h| h + 1), Some(seq)),
                Link::Gap { expected_seq, got_seq } => {
                    prop_assert_eq!(expected_seq, highest.unwrap_or(0) + 1);
                    prop_assert_eq!(got_seq, seq);
                    prop_assert!(expected_seq < got_seq);
                }
                _ => prop_assert!(highest >= Some(seq)),
            }
            match recorded.insert(seq, ()) {
                None => prop_assert_eq!(answer, Answer::Recorded),
                Some(()) => prop_assert_eq!(answer, Answer::Duplicate),
            }
        }
        prop_assert!(stored.0.keys().eq(recorded.keys()));
    }

    #[test]
    fn link_answers_everything(
        last in prop::option::of((any::<u64>(), any::<[u8; 32]>())),
        seq: u64,
        prev: [u8; 32],
    ) {
        let last = last.map(|(seq, own)| (seq, Digest(own)));
        let (highest, own) = last.unwrap_or((0, Digest::ZERO));
        let follows = seq > highest && seq - highest == 1;
        match link(last, seq, Digest(prev)) {
            Link::First => prop_assert!(last.is_none() && follows && Digest(prev) == own),
            Link::Next => prop_assert!(last.is_some() && follows && Digest(prev) == own),
            Link::Fork => prop_assert!(follows && Digest(prev) != own),
            Link::Gap { expected_seq, got_seq } => {
                prop_assert!(got_seq == seq && expected_seq < seq && !follows);
            }
            Link::Old => prop_assert!(seq <= highest),
        }
    }
}
