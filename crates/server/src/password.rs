//! Password hashes: argon2id, off the async threads, a bounded number at once.

use std::sync::OnceLock;

use argon2::password_hash::{PasswordHasher, PasswordVerifier, phc::PasswordHash};
use argon2::{Algorithm, Argon2, Params, Version};

use crate::App;

/// OWASP's first choice for argon2id: 19 MiB, two passes, one lane.
fn hasher() -> Argon2<'static> {
    let params = Params::new(19 * 1024, 2, 1, None).unwrap_or_default();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
}

/// The PHC string of a password; empty when the salt is unusable, which verifies nothing.
pub fn hash_password(password: &str, salt: &[u8]) -> String {
    hasher()
        .hash_password_with_salt(password.as_bytes(), salt)
        .map(|hash| hash.to_string())
        .unwrap_or_default()
}

fn matches(password: &str, stored: &str) -> bool {
    PasswordHash::new(stored)
        .is_ok_and(|hash| hasher().verify_password(password.as_bytes(), &hash).is_ok())
}

/// A hash to compare with when there is no such account, so that the answer takes as long.
pub(crate) fn decoy() -> String {
    static DECOY: OnceLock<String> = OnceLock::new();
    let make = || hash_password("nobody has this password", b"decoy-salt-of-16b");
    DECOY.get_or_init(make).clone()
}

/// Compares a password in the background; `false` when it does not match.
pub(crate) async fn verify(app: &App, password: String, stored: String) -> bool {
    let Ok(_turn) = app.hashing().acquire().await else { return false };
    tokio::task::spawn_blocking(move || matches(&password, &stored)).await.unwrap_or(false)
}
