//! Which convolutions are depthwise, three by three: one kernel a channel, and no channel looks at
//! another. They are few operations and much moving of numbers, so an engine does well to treat
//! them apart, together with the activation behind them.

use std::collections::{BTreeMap, BTreeSet};

use crate::Unfoldable;
use crate::onnx::{Node, Tensor};

/// One line each, words separated by tabs: input, weights, bias, output, stride, slopes. The output
/// is that of the activation where one stands alone behind the convolution; slopes are `none`,
/// `zero` (below zero becomes zero) or the name of a number a channel.
pub fn table(
    nodes: &[Node<'_>],
    known: &BTreeMap<String, Tensor<'_>>,
    outputs: &BTreeSet<&str>,
) -> Result<String, Unfoldable> {
    let mut users: BTreeMap<&str, Vec<&Node<'_>>> = BTreeMap::new();
    for node in nodes {
        for input in &node.inputs {
            users.entry(input).or_default().push(node);
        }
    }
    let mut lines = String::new();
    for node in nodes.iter().filter(|node| node.operator == b"Conv") {
        let Some(stride) = stride(node, known)? else { continue };
        let [input, weights, bias] = &node.inputs[..] else { continue };
        let mut output = node.label();
        let mut slopes = "none".to_owned();
        let alone = match users.get(output.as_str()).map(Vec::as_slice) {
            Some([next]) if !outputs.contains(output.as_str()) => Some(next),
            _ => None,
        };
        match alone.map(|next| (next.operator, &next.inputs[..])) {
            Some((b"Relu", _)) => slopes = "zero".to_owned(),
            Some((b"PRelu", [_, named])) if channels(named, known) == channels(bias, known) => {
                slopes.clone_from(named);
            }
            _ => {}
        }
        if let Some(next) = alone.filter(|_| slopes != "none") {
            output = next.label();
        }
        let words = [input, weights, bias, &output, &stride.to_string(), &slopes];
        if words.iter().any(|word| word.contains(['\t', '\n'])) {
            continue;
        }
        lines.push_str(&words.map(String::as_str).join("\t"));
        lines.push('\n');
    }
    Ok(lines)
}

fn channels(name: &str, known: &BTreeMap<String, Tensor<'_>>) -> Option<usize> {
    known.get(name).map(Tensor::len)
}

/// The stride of a depthwise convolution with a border of one; nothing for any other.
fn stride(
    node: &Node<'_>,
    known: &BTreeMap<String, Tensor<'_>>,
) -> Result<Option<u64>, Unfoldable> {
    let (Some(weights), Some(bias)) = (
        node.inputs.get(1).and_then(|name| known.get(name)),
        node.inputs.get(2).and_then(|name| known.get(name)),
    ) else {
        return Ok(None);
    };
    let [count, 1, 3, 3] = weights.axes[..] else { return Ok(None) };
    let stride = match node.integers("strides")?.as_deref() {
        None | Some([1, 1]) => 1,
        Some([2, 2]) => 2,
        _ => return Ok(None),
    };
    let plain = node.integer("group", 1)? == count as u64
        && bias.len() == count
        && node.integers("pads")?.as_deref() == Some(&[1, 1, 1, 1])
        && matches!(node.integers("dilations")?.as_deref(), None | Some([1, 1]));
    Ok(plain.then_some(stride))
}
