#!/bin/sh
# Take out of an environment, which is named, what the service never runs; it is a third of it.
set -eu
cd "$1"
# Of SciPy it is the sparse matrices, which need neither its other parts nor its linear algebra.
find scipy -mindepth 1 -maxdepth 1 -type d ! -name sparse ! -name '_*' -exec rm -rf {} +
rm -rf scipy.libs
# Tools that prepare networks for onnxruntime.
rm -rf onnxruntime/datasets onnxruntime/quantization onnxruntime/tools onnxruntime/transformers
# Of AWS it is the object store, and what gives credentials for it.
find botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name sts ! -name sso ! -name sso-oidc -exec rm -rf {} +
find numpy scipy -type d -name tests -prune -exec rm -rf {} +
