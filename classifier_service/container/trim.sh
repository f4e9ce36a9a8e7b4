#!/bin/sh
# Take out of an environment, which is named, what the service never runs; it is a third of it.
set -eu
cd "$1"
# Of SciPy it is the sparse matrices, which need neither its other parts nor its linear algebra.
find scipy -mindepth 1 -maxdepth 1 -type d ! -name sparse ! -name '_*' -exec rm -rf {} +
rm -rf scipy.libs
# Tools that prepare networks for onnxruntime.
rm -rf onnxruntime/datasets onnxruntime/quantization onnxruntime/tools onnxruntime/transformers
# Of AWS it is the object store, Kinesis with its table, and what gives credentials for it.
find botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 ! -name kinesis ! -name dynamodb ! -name sts ! -name sso ! -name sso-oidc -exec rm -rf {} +
# Rich would colour programs in hundreds of languages; tracebacks need one.
find pygments/lexers -name '*.py' ! -name '__init__.py' ! -name '_mapping.py' ! -name 'special.py' ! -name 'python.py' -delete
# Binding XML to objects, validating it, and what compiles against lxml.
rm -rf lxml/objectify* lxml/isoschematron lxml/includes
# Its twin for Python 2, which this one cannot compile.
rm -rf olefile/olefile2.py olefile/doc
# A format of pictures that no parser here is given.
rm -rf PIL/_avif* pillow.libs/libavif*
find numpy scipy -type d -name tests -prune -exec rm -rf {} +
