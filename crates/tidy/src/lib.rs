//! Reading our own sources for the house rules. The rules themselves stand in `tests/tidy.rs`.

use std::fs;
use std::path::{Path, PathBuf};

/// One source file.
pub struct Source {
    /// Relative to the repository, with `/`.
    pub path: String,
    pub text: String,
}

/// The repository that this crate stands in.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every file below the folders with one of the endings, sorted by path.
pub fn sources(folders: &[&str], endings: &[&str]) -> Vec<Source> {
    let root = root();
    let mut found = Vec::new();
    for folder in folders {
        walk(&root, &root.join(folder), endings, &mut found);
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

fn walk(root: &Path, folder: &Path, endings: &[&str], found: &mut Vec<Source>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "node_modules" && name != "target" {
                walk(root, &path, endings, found);
            }
        } else if endings.iter().any(|ending| name.ends_with(ending))
            && let Ok(text) = fs::read_to_string(&path)
        {
            let relative = path.strip_prefix(root).unwrap_or(&path);
            let path = relative.to_string_lossy().replace('\\', "/");
            found.push(Source { path, text });
        }
    }
}

/// The names and lengths of the functions of a Rust file, in lines, without the lines that are text
/// (SQL, tables of tests) or comment: a rule is long when its logic is.
pub fn functions(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut open: Option<(String, usize, usize)> = None;
    let mut in_text = false;
    for line in text.lines() {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let quotes = line.replace("\\\"", "").replace("'\"'", "").matches('"').count();
        let all_text = in_text || trimmed.starts_with('"') || trimmed.starts_with("//");
        if quotes % 2 == 1 {
            in_text = !in_text;
        }
        match &mut open {
            None => {
                if let Some(name) = function_name(trimmed) {
                    open = Some((name, indent, 1));
                }
            }
            Some((name, at, lines)) => {
                if !all_text && !trimmed.is_empty() {
                    *lines += 1;
                }
                if indent == *at && (trimmed == "}" || trimmed.ends_with(" {}")) && !in_text {
                    found.push((name.clone(), *lines));
                    open = None;
                }
            }
        }
    }
    found
}

fn function_name(line: &str) -> Option<String> {
    let rest = line
        .trim_start_matches("pub(crate) ")
        .trim_start_matches("pub(super) ")
        .trim_start_matches("pub ")
        .trim_start_matches("async ")
        .strip_prefix("fn ")?;
    // A function on one line has no body to measure.
    if line.ends_with('}') || line.ends_with(';') {
        return None;
    }
    let end = rest.find(|character: char| !character.is_alphanumeric() && character != '_')?;
    Some(rest[..end].to_owned())
}

/// The tables that a Rust file's SQL writes to.
pub fn written_tables(text: &str) -> Vec<String> {
    let mut tables = Vec::new();
    for verb in ["insert into ", "update ", "delete from "] {
        for (at, _) in text.match_indices(verb) {
            // Only where a statement begins: at the opening quote, or at the start of a CTE's end.
            let before = text[..at].trim_end();
            let starts = before.ends_with('"') || before.ends_with(')');
            let rest = &text[at + verb.len()..];
            let end = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(0);
            let table = &rest[..end];
            if starts && !table.is_empty() && table != "set" {
                tables.push(table.to_owned());
            }
        }
    }
    tables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_measured_without_their_texts() {
        let text = "pub async fn a(\n    x: u8,\n) -> u8 {\n    let sql = \"select\n more\n \
                    more\";\n    // why\n    x\n}\nfn b() { 1 }\nfn c() {\n    2\n}\n";
        assert_eq!(functions(text), [("a".to_owned(), 6), ("c".to_owned(), 3)]);
    }

    #[test]
    fn tables_written() {
        let text = "q(\"insert into a (x) on conflict (x) do update set x = 1\") \
                    q(\"update b set y = 1\") q(\"select 1 from c\") q(\"delete from d where 1\")";
        assert_eq!(written_tables(text), ["a", "b", "d"]);
    }
}
