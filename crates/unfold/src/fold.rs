//! What is known before an image is seen is computed here, once: weights multiplied out, their
//! shapes applied, batch normalisations folded into the convolutions before them.

use std::collections::{BTreeMap, BTreeSet};

use crate::depthwise;
use crate::onnx::{Graph, INT8, Model, Node, Tensor, unsupported};
use crate::{MADE_BYTES_MAX, Unfoldable};

/// A batch normalisation's own default.
const EPSILON: f32 = 1e-5;

pub fn fold(model: Model<'_>) -> Result<Model<'_>, Unfoldable> {
    let graph = model.graph;
    let mut folding = Folding::begin(graph.tensors, &graph.inputs)?;
    for node in graph.nodes {
        folding.take(node)?;
    }
    let outputs: BTreeSet<&str> = graph.outputs.iter().map(|port| port.name.as_str()).collect();
    for port in &outputs {
        // A renamed output would have to be made under its own name.
        if !folding.made.contains(*port) || folding.renamed.contains_key(*port) {
            return Err(Unfoldable::Unknown { name: (*port).to_owned() });
        }
    }
    folding.fold_normalisations(&outputs)?;
    let notes = vec![("depthwise", depthwise::table(&folding.nodes, &folding.known, &outputs)?)];
    let used: BTreeSet<String> =
        folding.nodes.iter().flat_map(|node| node.inputs.iter().cloned()).collect();
    let tensors: Vec<_> =
        folding.known.into_iter().filter(|(name, _)| used.contains(name)).collect();
    let held: BTreeSet<&String> = tensors.iter().map(|(name, _)| name).collect();
    // Older files list their weights among the inputs too.
    let mut inputs = graph.inputs;
    inputs.retain(|port| used.contains(&port.name) && !held.contains(&port.name));
    let (name, outputs) = (graph.name, graph.outputs);
    let graph = Graph { name, nodes: folding.nodes, tensors, inputs, outputs };
    Ok(Model { graph, notes, ..model })
}

struct Folding<'a> {
    known: BTreeMap<String, Tensor<'a>>,
    /// Everything that has been made so far; nothing is made twice, so names cannot go in circles.
    made: BTreeSet<String>,
    renamed: BTreeMap<String, String>,
    nodes: Vec<Node<'a>>,
    bytes: usize,
}

impl<'a> Folding<'a> {
    fn begin(
        tensors: Vec<(String, Tensor<'a>)>,
        inputs: &[crate::onnx::Port],
    ) -> Result<Self, Unfoldable> {
        let mut known = BTreeMap::new();
        for (name, tensor) in tensors {
            if known.insert(name.clone(), tensor).is_some() {
                return Err(Unfoldable::Twice { name });
            }
        }
        let made = known.keys().cloned().chain(inputs.iter().map(|port| port.name.clone()));
        let made = made.collect();
        Ok(Self { known, made, renamed: BTreeMap::new(), nodes: Vec::new(), bytes: 0 })
    }

    fn take(&mut self, mut node: Node<'a>) -> Result<(), Unfoldable> {
        for input in &mut node.inputs {
            if let Some(original) = self.renamed.get(input) {
                original.clone_into(input);
            }
            // An optional input that is left out has an empty name.
            if !input.is_empty() && !self.made.contains(input) {
                return Err(Unfoldable::Unknown { name: input.clone() });
            }
        }
        for output in &node.outputs {
            if !output.is_empty() && !self.made.insert(output.clone()) {
                return Err(Unfoldable::Twice { name: output.clone() });
            }
        }
        let weights = node.inputs.first().is_some_and(|name| self.known.contains_key(name));
        match node.operator {
            b"Dropout" => {
                let (input, output) = (self.name(&node, 0)?, node.label());
                self.renamed.insert(output, input);
            }
            b"DequantizeLinear" if weights => {
                let tensor = self.dequantised(&node)?;
                self.known.insert(node.label(), tensor);
            }
            b"Reshape" if weights => {
                let tensor = self.reshaped(&node)?;
                self.known.insert(node.label(), tensor);
            }
            _ => self.nodes.push(node),
        }
        Ok(())
    }

    fn name(&self, node: &Node<'_>, index: usize) -> Result<String, Unfoldable> {
        let named = node.inputs.get(index).filter(|name| !name.is_empty());
        named.cloned().ok_or_else(|| Unfoldable::Unknown { name: node.label() })
    }

    fn tensor(&self, node: &Node<'_>, index: usize) -> Result<(&Tensor<'a>, String), Unfoldable> {
        let name = self.name(node, index)?;
        let found = self.known.get(&name);
        found.map(|tensor| (tensor, name.clone())).ok_or(Unfoldable::Unknown { name })
    }

    /// Counts numbers about to be made against the limit.
    fn room_for(&mut self, count: usize) -> Result<(), Unfoldable> {
        self.bytes =
            count.checked_mul(4).map_or(usize::MAX, |more| self.bytes.saturating_add(more));
        if self.bytes > MADE_BYTES_MAX { Err(Unfoldable::TooMuch) } else { Ok(()) }
    }

    /// `(weight - zero point) * scale`, one scale for all or one for each block along an axis.
    fn dequantised(&mut self, node: &Node<'a>) -> Result<Tensor<'a>, Unfoldable> {
        let length = self.tensor(node, 0)?.0.len();
        self.room_for(length)?;
        let (weights, name) = self.tensor(node, 0)?;
        let (scales, scales_name) = self.tensor(node, 1)?;
        let (zeros, zeros_name) = self.tensor(node, 2)?;
        let shape = || Unfoldable::Shape { name: name.clone() };
        if weights.element != INT8 || zeros.element != INT8 {
            return Err(unsupported(&name, "weights that are not int8"));
        }
        if scales.axes != zeros.axes {
            return Err(shape());
        }
        let (scale, zero) = (scales.floats(&scales_name)?, zeros.floats(&zeros_name)?);
        let mut numbers = weights.floats(&name)?;
        if scales.len() == 1 {
            for number in &mut numbers {
                *number = (*number - zero[0]) * scale[0];
            }
            return Ok(Tensor::made(weights.axes.clone(), numbers));
        }
        let axis = usize::try_from(node.integer("axis", 1)?).map_err(|_| shape())?;
        let block = usize::try_from(node.integer("block_size", 0)?).map_err(|_| shape())?;
        let along = *weights.axes.get(axis).ok_or_else(shape)?;
        if block == 0 || weights.axes.len() != scales.axes.len() {
            return Err(unsupported(&name, "scales that are not in blocks"));
        }
        let fits = weights.axes.iter().zip(&scales.axes).enumerate().all(|(index, (has, said))| {
            *said == if index == axis { has.div_ceil(block) } else { *has }
        });
        if !fits {
            return Err(shape());
        }
        let inner: usize = weights.axes[axis + 1..].iter().product();
        let blocks = scales.axes[axis];
        for (index, number) in numbers.iter_mut().enumerate() {
            let (outer, place) = (index / (inner * along), index / inner % along);
            let at = (outer * blocks + place / block) * inner + index % inner;
            *number = (*number - zero[at]) * scale[at];
        }
        Ok(Tensor::made(weights.axes.clone(), numbers))
    }

    fn reshaped(&self, node: &Node<'a>) -> Result<Tensor<'a>, Unfoldable> {
        let (weights, name) = self.tensor(node, 0)?;
        let (wanted, wanted_name) = self.tensor(node, 1)?;
        let wanted = wanted.integers(&wanted_name)?;
        let shape = || Unfoldable::Shape { name: name.clone() };
        let mut axes = Vec::with_capacity(wanted.len());
        let mut known = 1usize;
        for size in &wanted {
            let size = if *size == -1 { 1 } else { usize::try_from(*size).map_err(|_| shape())? };
            known = known.checked_mul(size).ok_or_else(shape)?;
            axes.push(size);
        }
        let open: Vec<usize> = (0..wanted.len()).filter(|index| wanted[*index] == -1).collect();
        match open[..] {
            [] => {}
            [index] if known > 0 && weights.len() % known == 0 => {
                axes[index] = weights.len() / known;
            }
            _ => return Err(shape()),
        }
        if axes.iter().product::<usize>() != weights.len() {
            return Err(shape());
        }
        Ok(Tensor { axes, ..weights.clone() })
    }

    /// Folds each batch normalisation that stands alone behind a convolution into its weights:
    /// `gamma * (conv(x) - mean) / sqrt(variance + epsilon) + beta` is again a convolution.
    fn fold_normalisations(&mut self, outputs: &BTreeSet<&str>) -> Result<(), Unfoldable> {
        let mut uses: BTreeMap<String, usize> = BTreeMap::new();
        let mut makers: BTreeMap<String, usize> = BTreeMap::new();
        for (index, node) in self.nodes.iter().enumerate() {
            for name in &node.inputs {
                *uses.entry(name.clone()).or_default() += 1;
            }
            for name in &node.outputs {
                makers.insert(name.clone(), index);
            }
        }
        let mut gone = BTreeSet::new();
        for index in 0..self.nodes.len() {
            if self.nodes[index].operator != b"BatchNormalization" {
                continue;
            }
            let before = self.name(&self.nodes[index], 0)?;
            let Some(&maker) = makers.get(&before) else { continue };
            let alone = uses.get(&before) == Some(&1) && !outputs.contains(before.as_str());
            if self.nodes[maker].operator != b"Conv" || !alone {
                continue;
            }
            self.fold_one(maker, index)?;
            gone.insert(index);
        }
        let mut index = 0;
        self.nodes.retain(|_| {
            index += 1;
            !gone.contains(&(index - 1))
        });
        Ok(())
    }

    fn fold_one(&mut self, conv: usize, norm: usize) -> Result<(), Unfoldable> {
        let (conv_node, norm_node) = (self.nodes[conv].clone(), self.nodes[norm].clone());
        let (weights, weights_name) = self.tensor(&conv_node, 1)?;
        let axes = weights.axes.clone();
        let channels = axes.first().copied().unwrap_or(0);
        let length = weights.len();
        self.room_for(length.saturating_add(channels))?;
        let numbers_of = |node: &Node<'_>, index| {
            let (tensor, name) = self.tensor(node, index)?;
            let numbers = tensor.floats(&name)?;
            if numbers.len() == channels { Ok(numbers) } else { Err(Unfoldable::Shape { name }) }
        };
        let gamma = numbers_of(&norm_node, 1)?;
        let beta = numbers_of(&norm_node, 2)?;
        let mean = numbers_of(&norm_node, 3)?;
        let variance = numbers_of(&norm_node, 4)?;
        let bias = match conv_node.inputs.get(2).is_some_and(|name| !name.is_empty()) {
            true => numbers_of(&conv_node, 2)?,
            false => vec![0.0; channels],
        };
        let epsilon = f64::from(norm_node.float("epsilon", EPSILON)?);
        let factor: Vec<f64> = (0..channels)
            .map(|at| f64::from(gamma[at]) / (f64::from(variance[at]) + epsilon).sqrt())
            .collect();
        let mut numbers = self.tensor(&conv_node, 1)?.0.floats(&weights_name)?;
        let each = length / channels.max(1);
        for (channel, weights) in numbers.chunks_exact_mut(each.max(1)).enumerate() {
            for weight in weights {
                *weight = (f64::from(*weight) * factor[channel]) as f32;
            }
        }
        let shifted = (0..channels)
            .map(|at| {
                let centred = f64::from(bias[at]) - f64::from(mean[at]);
                (centred * factor[at] + f64::from(beta[at])) as f32
            })
            .collect();
        let made = norm_node.label();
        let names = [format!("{made}_weights"), format!("{made}_bias")];
        for (name, tensor) in
            names.iter().zip([Tensor::made(axes, numbers), Tensor::made(vec![channels], shifted)])
        {
            if !self.made.insert(name.clone()) {
                return Err(Unfoldable::Twice { name: name.clone() });
            }
            self.known.insert(name.clone(), tensor);
        }
        let [weights, bias] = names;
        let input = self.name(&conv_node, 0)?;
        self.nodes[conv].inputs = vec![input, weights, bias];
        self.nodes[conv].outputs = vec![made];
        Ok(())
    }
}
