// Names the module that carries onnxruntime_c_api.h; no Go code is built.
module ort-lite/bench/peers

go 1.19

require github.com/yalue/onnxruntime_go v1.27.0
