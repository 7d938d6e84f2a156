//! One model in the runtime, with its depthwise convolutions taken out and done by ourselves.
//!
//! The model's file notes which they are (`crates/unfold`). The runtime computes what stands before
//! each, is given what stands behind it, and goes on from there.

use std::fmt;
use std::sync::Arc;

use rten::{
    Model, ModelOptions, NodeId, RunError, RunOptions, ThreadPool, ValueOrView, op_registry,
};
use rten_tensor::Tensor;
use rten_tensor::prelude::*;

use super::depthwise::Depthwise;
use super::engine::{Fault, Source, Unloadable};

pub struct Network {
    which: &'static str,
    model: Model,
    input: NodeId,
    outputs: Vec<NodeId>,
    stages: Vec<Stage>,
}

/// A depthwise convolution and its place in the model.
struct Stage {
    input: NodeId,
    output: NodeId,
    depthwise: Depthwise,
}

impl Network {
    pub fn load(which: &'static str, source: Source, outputs: &[&str]) -> Result<Self, Unloadable> {
        let unloadable = |what: String| Unloadable { which, what };
        let operators = op_registry!(
            Add,
            BatchNormalization,
            Conv,
            Flatten,
            Gemm,
            MaxPool,
            Mul,
            PRelu,
            Relu,
            Reshape,
            Resize,
            Sigmoid,
            Sub,
            Transpose
        );
        let mut options = ModelOptions::with_ops(operators);
        options.prepack_weights(true);
        let model = match source {
            Source::Inside(bytes) => options.load_static_slice(bytes),
            Source::Read(bytes) => options.load(bytes),
        };
        let model = model.map_err(|error| unloadable(error.to_string()))?;
        let input = *model.input_ids().first().ok_or_else(|| unloadable("no input".to_owned()))?;
        let outputs = outputs.iter().map(|name| model.node_id(name)).collect::<Result<_, _>>();
        let outputs = outputs.map_err(|error| unloadable(error.to_string()))?;
        let noted = model.metadata().get("depthwise").unwrap_or_default();
        let stages = noted.lines().map(|line| {
            let stage = stage(&model, line).map_err(|error| unloadable(error.to_string()))?;
            stage.ok_or_else(|| unloadable(format!("a note that is none: {line}")))
        });
        let stages = stages.collect::<Result<_, _>>()?;
        Ok(Self { which, model, input, outputs, stages })
    }

    /// Every output for one input.
    ///
    /// # Errors
    /// When the model does not work.
    pub fn run(
        &self,
        shape: [usize; 4],
        planes: Vec<f32>,
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<Vec<f32>>, Fault> {
        let input = Tensor::from_data(&shape, planes);
        // In the pool once, so that the many short runs inside do not change threads.
        pool.run(|| self.stage_by_stage(input, pool))
    }

    fn stage_by_stage(
        &self,
        input: Tensor<f32>,
        pool: &Arc<ThreadPool>,
    ) -> Result<Vec<Vec<f32>>, Fault> {
        let options = || Some(RunOptions::default().with_thread_pool(Some(pool.clone())));
        let mut known = vec![(self.input, input)];
        for stage in &self.stages {
            let values = self.model.run(given(&known), &[stage.input], options());
            let before = self.tensors(values)?.pop().ok_or_else(|| self.fault("no output"))?;
            let [count, channels, height, width] = before.shape().try_into().unwrap_or([0; 4]);
            if channels != stage.depthwise.kernels.len() || height * width == 0 {
                return Err(self.fault("a convolution has another shape"));
            }
            let shape =
                [count, channels, stage.depthwise.size(height), stage.depthwise.size(width)];
            let after = stage.depthwise.apply(&before.into_data(), height, width);
            known.push((stage.output, Tensor::from_data(&shape, after)));
        }
        let values = self.model.run(given(&known), &self.outputs, options());
        Ok(self.tensors(values)?.into_iter().map(Tensor::into_data).collect())
    }

    fn tensors(
        &self,
        values: Result<Vec<rten::Value>, RunError>,
    ) -> Result<Vec<Tensor<f32>>, Fault> {
        let values = values.map_err(|error| self.fault(error))?;
        let tensor = |value| Tensor::try_from(value).map_err(|_| self.fault("it is not f32"));
        values.into_iter().map(tensor).collect()
    }

    pub fn fault(&self, what: impl fmt::Display) -> Fault {
        Fault { which: self.which, what: what.to_string() }
    }
}

fn given(known: &[(NodeId, Tensor<f32>)]) -> Vec<(NodeId, ValueOrView<'_>)> {
    known.iter().map(|(id, tensor)| (*id, tensor.view().into())).collect()
}

/// One line of the note; nothing when it is not one.
fn stage(model: &Model, line: &str) -> Result<Option<Stage>, RunError> {
    let words: Vec<&str> = line.split('\t').collect();
    let [input, weights, bias, output, stride, slopes] = words[..] else { return Ok(None) };
    let constant = |name: &str| {
        let [value] = model.run_n(Vec::new(), [model.node_id(name)?], None)?;
        Ok::<_, RunError>(Tensor::<f32>::try_from(value).map(Tensor::into_data).ok())
    };
    let (Some(weights), Some(bias)) = (constant(weights)?, constant(bias)?) else {
        return Ok(None);
    };
    let (kernels, rest) = weights.as_chunks::<9>();
    let slopes = match slopes {
        "none" => Some(vec![1.0; bias.len()]),
        "zero" => Some(vec![0.0; bias.len()]),
        name => constant(name)?,
    };
    let (Some(slopes), Ok(stride @ (1 | 2))) = (slopes, stride.parse()) else { return Ok(None) };
    if !rest.is_empty() || kernels.len() != bias.len() || slopes.len() != bias.len() {
        return Ok(None);
    }
    let (input, output) = (model.node_id(input)?, model.node_id(output)?);
    let depthwise = Depthwise { stride, kernels: kernels.to_vec(), bias, slopes };
    Ok(Some(Stage { input, output, depthwise }))
}
