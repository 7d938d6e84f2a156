//! Where new ids come from.

use std::sync::atomic::{AtomicU64, Ordering};

use rules::Time;
use sha2::{Digest, Sha256};

use crate::{Error, Result};

/// A source of randomness for ids. Production draws from the system; tests and the demo count, so
/// that the same story gives the same ids.
#[derive(Debug)]
pub enum Ids {
    System,
    Counted { seed: u64, next: AtomicU64 },
}

impl Ids {
    pub fn counted(seed: u64) -> Ids {
        Ids::Counted { seed, next: AtomicU64::new(0) }
    }

    fn random(&self) -> Result<u128> {
        let mut bytes = [0u8; 16];
        match self {
            Ids::System => getrandom::fill(&mut bytes)
                .map_err(|error| Error::Lost(format!("no randomness: {error}")))?,
            Ids::Counted { seed, next } => {
                let count = next.fetch_add(1, Ordering::Relaxed);
                let hash = Sha256::new()
                    .chain_update(seed.to_be_bytes())
                    .chain_update(count.to_be_bytes())
                    .finalize();
                bytes.copy_from_slice(&hash[..16]);
            }
        }
        Ok(u128::from_be_bytes(bytes))
    }

    /// A new id such as `alr_01HM...`: a ULID, so that ids made later sort later.
    pub fn make(&self, prefix: &str, now: Time) -> Result<String> {
        let ms = u64::try_from(now.0).unwrap_or(0);
        let ulid = ulid::Ulid::from_parts(ms, self.random()?);
        Ok(format!("{prefix}_{ulid}"))
    }
}
