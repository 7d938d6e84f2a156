//! One simulated terminal: its key, its chain, and where it stands.

use ed25519_dalek::SigningKey;
use presence::event::{
    Check as WireCheck, Engine, Envelope, Fix, Kind, Liveness, Method, Place, Signer, to_base64url,
};
use rules::{Position, Time};
use sha2::{Digest, Sha256};

use crate::{Check, Span, What};

/// The face model that simulated terminals claim to run.
const MODEL: &str = "sface-2021dec";
/// The score from which they count a face as the same.
const THRESHOLD: f64 = 0.45;
const ACCURACY_M: f64 = 6.0;

/// The key of a demo terminal. Made from a public text: for the demo only, never for a real device.
pub fn demo_key(terminal_id: &str) -> SigningKey {
    let seed = Sha256::new()
        .chain_update(b"baize demo terminal key")
        .chain_update(terminal_id.as_bytes())
        .finalize();
    SigningKey::from_bytes(&seed.into())
}

#[derive(Clone, Debug)]
pub struct Device {
    pub institution_id: String,
    pub room_id: String,
    /// Spans without network: it goes on signing and sends later.
    pub silent: Vec<Span>,
    /// Whether it sends signs of life: a suspended clinic's terminals are switched off.
    pub beats: bool,
    signer: Signer,
    booted_at: Time,
    stands: Position,
}

impl Device {
    /// A terminal that has signed nothing yet.
    pub fn new(
        terminal_id: &str,
        institution_id: &str,
        room_id: &str,
        home: Position,
        booted_at: Time,
    ) -> Device {
        let key = demo_key(terminal_id);
        let boot = format!("boot-{terminal_id}-1");
        let signer = Signer::new(key, terminal_id, boot, "baize-sim-1", "demo");
        Device {
            institution_id: institution_id.to_owned(),
            room_id: room_id.to_owned(),
            silent: Vec::new(),
            beats: true,
            signer,
            booted_at,
            stands: home,
        }
    }

    pub fn id(&self) -> &str {
        self.signer.device()
    }

    /// The number of the last event signed.
    pub fn seq(&self) -> u64 {
        self.signer.seq()
    }

    /// The key that enrols it, as the protocol writes it.
    pub fn public_key(&self) -> String {
        to_base64url(self.signer.public_key())
    }

    pub fn silent_at(&self, at: Time) -> bool {
        self.silent.iter().any(|span| span.holds(at))
    }

    /// Signs the next event of its chain. `operation_id` is the platform's id of the operation that
    /// a check names.
    pub fn sign(&mut self, at: Time, what: &What, operation_id: Option<String>) -> Envelope {
        let place = match what {
            What::Check(_) => Place::None,
            What::Moved { to, .. } => {
                self.stands = *to;
                self.fix()
            }
            What::Started | What::Heartbeat => self.fix(),
        };
        let kind = match what {
            What::Started => Kind::Started,
            What::Heartbeat => Kind::Heartbeat,
            What::Moved { moved_m, .. } => Kind::Moved { moved_m: Some(*moved_m) },
            What::Check(check) => Kind::Check(wire_check(check, operation_id)),
        };
        let mono_ms = self.booted_at.ms_until(at).max(0);
        self.signer.next(kind, at.0, mono_ms, place)
    }

    fn fix(&self) -> Place {
        let Position { lat, lng } = self.stands;
        Place::Gnss(Fix { lat, lng, accuracy_m: ACCURACY_M })
    }
}

fn wire_check(check: &Check, operation: Option<String>) -> WireCheck {
    let engine = (check.method == Method::Face).then(|| Engine {
        model_hash: MODEL.to_owned(),
        score: check.score,
        threshold: THRESHOLD,
        liveness: Liveness::Passed,
    });
    WireCheck {
        operation,
        practitioner: check.practitioner.clone(),
        role: check.role,
        direction: check.direction,
        method: check.method,
        engine,
    }
}
