/* published_models.c - the published checkpoints: which number of a small one stands for which of theirs
 *
 * Sources: config.json of each repository; LlamaGen autoregressive/models/gpt.py and
 * tokenizer/tokenizer_image/vq_model.py; facebookresearch/chameleon; pytorch-fid; torchxrayvision. What core does not
 * read is left out where no small file has it: towers that understand pictures, T5's decoder, SAM's mask decoder,
 * ARRA's adaptor.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "published.h"

#include <string.h>

#define EVERY "0" /* all layers are like the first */

#define JANUS(shards_, layers_, width_, ffn_, heads_)                                                \
  {                                                                                                  \
    .small = "janus/original/pytorch_model.bin",                                                     \
    .folder = ".",                                                                                   \
    .file = "pytorch_model.bin",                                                                     \
    .shards = shards_,                                                                               \
    .dtype = ARRA_BF16,                                                                              \
    .without = { "vision_model.", "aligner.", "gen_vision_model." },                                 \
    .stacks = { { "language_model.model.layers.", layers_, EVERY } },                                \
    .sizes = { { "gen_embed", 1, 128, 16384 },                                                       \
               { "gen_head", 1, 128, 16384 },                                                        \
               { NULL, 0, 420, 102400 },                                                             \
               { NULL, 0, 64, width_ },                                                              \
               { NULL, 0, 112, ffn_ } },                                                             \
    .add = published_add_janus_vq,                                                                   \
    .config = "janus/original/config.json",                                                          \
    .members = { { "language_config.vocab_size", "102400" },                                         \
                 { "language_config.hidden_size", #width_ },                                         \
                 { "language_config.intermediate_size", #ffn_ },                                     \
                 { "language_config.num_hidden_layers", #layers_ },                                  \
                 { "language_config.num_attention_heads", #heads_ },                                 \
                 { "language_config.num_key_value_heads", #heads_ },                                 \
                 { "language_config.max_position_embeddings", "16384" },                             \
                 { "gen_aligner_config.params.n_embed", #width_ },                                   \
                 { "aligner_config.params.n_embed", #width_ },                                       \
                 { "gen_head_config.params.n_embed", #width_ },                                      \
                 { "gen_head_config.params.image_token_embed", #width_ },                            \
                 { "gen_head_config.params.image_token_size", "16384" },                             \
                 { "gen_vision_config.params.image_token_size", "16384" } },                         \
    .copies = { { "tokenizer/deepseek_bpe_small/tokenizer.json", "tokenizer.json" },                 \
                { "tokenizer/deepseek_bpe_small/tokenizer_config.json", "tokenizer_config.json" } }, \
  }

#define VQ16(file_)            \
  {                            \
    .folder = ".",             \
    .file = file_,             \
    .key = "model",            \
    .dtype = ARRA_F32,         \
    .add = published_add_vq16, \
  }

#define C2I(file_, layers_, width_, ffn_)          \
  {                                                \
    .small = "llamagen/c2i/0005000.pt",            \
    .inside = "model",                             \
    .folder = ".",                                 \
    .file = file_,                                 \
    .key = "model",                                \
    .dtype = ARRA_F32,                             \
    .stacks = { { "layers.", layers_, EVERY } },   \
    .sizes = { { "embedding_table", 1, 11, 1001 }, \
               { "tok_embeddings", 1, 64, 16384 }, \
               { "output", 1, 64, 16384 },         \
               { NULL, 0, 192, 3 * width_ },       \
               { NULL, 0, 64, width_ },            \
               { NULL, 0, 256, ffn_ } },           \
  }

#define CHAMELEON_VQGAN                   \
  {                                       \
    .folder = "tokenizer",                \
    .file = "vqgan.ckpt",                 \
    .key = "state_dict",                  \
    .dtype = ARRA_F32,                    \
    .add = published_add_chameleon_vqgan, \
  }

static const Published models[] = {
  { .name = "janus-pro-1b", .parts = { JANUS (0, 24, 2048, 5632, 16) }, .prompt = "a red fox in fresh snow" },
  { .name = "llamagen-b",
    .parts = { C2I ("c2i_B_384.pt", 12, 768, 2048), VQ16 ("vq_ds16_c2i.pt") },
    .open = "c2i_B_384.pt",
    .prompt = "golden retriever" },
  { .name = "llamagen-l",
    .parts = { C2I ("c2i_L_384.pt", 24, 1024, 2816), VQ16 ("vq_ds16_c2i.pt") },
    .open = "c2i_L_384.pt",
    .prompt = "golden retriever" },
  { .name = "llamagen-xl",
    .parts = { C2I ("c2i_XL_384.pt", 36, 1280, 3584), VQ16 ("vq_ds16_c2i.pt") },
    .open = "c2i_XL_384.pt",
    .prompt = "golden retriever" },
  { .name = "llamagen-b-256",
    .parts = { C2I ("c2i_B_256.pt", 12, 768, 2048), VQ16 ("vq_ds16_c2i.pt") },
    .open = "c2i_B_256.pt",
    .prompt = "golden retriever" },
  { .name = "llamagen-l-256",
    .parts = { C2I ("c2i_L_256.pt", 24, 1024, 2816), VQ16 ("vq_ds16_c2i.pt") },
    .open = "c2i_L_256.pt",
    .prompt = "golden retriever" },
  /* not published: for a look at whether the others can be used */
  { .name = "llamagen-tiny",
    .parts = { { .small = "llamagen/c2i/0005000.pt",
                 .inside = "model",
                 .folder = ".",
                 .file = "c2i.pt",
                 .key = "model",
                 .dtype = ARRA_F32,
                 .sizes = { { "tok_embeddings", 1, 64, 16384 }, { "output", 1, 64, 16384 } },
                 .config = "llamagen/c2i/model_args.json",
                 .members = { { "vocab_size", "16384" }, { "block_size", "256" } } },
               VQ16 ("vq_ds16_c2i.pt") },
    .open = "c2i.pt",
    .prompt = "0" },
  { .name = "llamagen-t2i",
    .parts = { { .small = "llamagen/t2i/t2i_bf16.pt",
                 .inside = "model",
                 .folder = ".",
                 .file = "t2i_XL_stage1_256.pt",
                 .key = "model",
                 .dtype = ARRA_F32,
                 .stacks = { { "layers.", 36, EVERY } },
                 .sizes = { { "tok_embeddings", 1, 64, 16384 },
                            { "output", 1, 64, 16384 },
                            { NULL, 0, 192, 3840 },
                            { NULL, 0, 64, 1280 },
                            { NULL, 0, 256, 3584 },
                            { NULL, 0, 32, 2048 } } },
               VQ16 ("vq_ds16_t2i.pt"),
               { .small = "vision/t5_encoder/model.safetensors",
                 .folder = "flan-t5-xl",
                 .file = "model.safetensors",
                 .shards = 2,
                 .dtype = ARRA_F32,
                 .stacks = { { "encoder.block.", 24, "011111111111111111111111" } },
                 .sizes = { { "relative_attention_bias", 1, 32, 32 },
                            { "relative_attention_bias", 2, 4, 32 },
                            { NULL, 0, 32, 2048 },
                            { NULL, 0, 64, 5120 },
                            { NULL, 0, 354, 32128 } },
                 .config = "vision/t5_encoder/config.json",
                 .members = { { "d_ff", "5120" },
                              { "d_kv", "64" },
                              { "d_model", "2048" },
                              { "num_heads", "32" },
                              { "num_layers", "24" },
                              { "vocab_size", "32128" } },
                 .copies = { { "tokenizer/t5_unigram_B/tokenizer.json", "tokenizer.json" } } } },
    .open = "t2i_XL_stage1_256.pt",
    .prompt = "a red fox in fresh snow" },
  { .name = "clip-l",
    .parts
    = { { .small = "vision/clip/model.safetensors",
          .folder = ".",
          .file = "model.safetensors",
          .dtype = ARRA_F32,
          .stacks = { { "text_model.encoder.layers.", 12, EVERY }, { "vision_model.encoder.layers.", 24, EVERY } },
          .sizes = { { "text_", 0, 16, 768 },
                     { "text_", 0, 32, 3072 },
                     { "text_", 0, 60, 49408 },
                     { "text_", 0, 12, 77 },
                     { NULL, 0, 24, 768 },
                     { NULL, 0, 64, 1024 },
                     { NULL, 0, 256, 4096 },
                     { NULL, 0, 17, 257 },
                     { NULL, 0, 8, 14 } },
          .config = "vision/clip/config.json",
          .members = { { "projection_dim", "768" },
                       { "text_config.hidden_size", "768" },
                       { "text_config.intermediate_size", "3072" },
                       { "text_config.max_position_embeddings", "77" },
                       { "text_config.num_attention_heads", "12" },
                       { "text_config.num_hidden_layers", "12" },
                       { "text_config.projection_dim", "768" },
                       { "text_config.vocab_size", "49408" },
                       { "vision_config.hidden_size", "1024" },
                       { "vision_config.image_size", "224" },
                       { "vision_config.intermediate_size", "4096" },
                       { "vision_config.num_attention_heads", "16" },
                       { "vision_config.num_hidden_layers", "24" },
                       { "vision_config.patch_size", "14" },
                       { "vision_config.projection_dim", "768" } } } } },
  { .name = "biomedclip",
    .parts
    = { { .small = "vision/biomedclip_hf/model.safetensors",
          .folder = ".",
          .file = "model.safetensors",
          .dtype = ARRA_F32,
          .stacks = { { "text_model.encoder.layers.", 12, EVERY }, { "vision_model.encoder.layers.", 12, EVERY } },
          .sizes = { { "text_model.embeddings.position_embedding", 1, 16, 512 },
                     { "text_", 0, 16, 768 },
                     { "text_", 0, 32, 3072 },
                     { "text_", 0, 40, 30522 },
                     { "text_", 0, 18, 640 },
                     { NULL, 0, 20, 512 },
                     { NULL, 0, 48, 768 },
                     { NULL, 0, 192, 3072 },
                     { NULL, 0, 17, 197 },
                     { NULL, 0, 8, 16 } },
          .config = "vision/biomedclip_hf/config.json",
          .members = { { "projection_dim", "512" },
                       { "text_config.hidden_size", "768" },
                       { "text_config.intermediate_size", "3072" },
                       { "text_config.max_position_embeddings", "512" },
                       { "text_config.num_attention_heads", "12" },
                       { "text_config.num_hidden_layers", "12" },
                       { "text_config.vocab_size", "30522" },
                       { "text_projection_config.hidden_size", "768" },
                       { "text_projection_config.intermediate_size", "640" },
                       { "text_projection_config.projection_dim", "512" },
                       { "vision_config.hidden_size", "768" },
                       { "vision_config.image_size", "224" },
                       { "vision_config.intermediate_size", "3072" },
                       { "vision_config.num_attention_heads", "12" },
                       { "vision_config.num_hidden_layers", "12" },
                       { "vision_config.patch_size", "16" } } } } },
  { .name = "sam-b",
    .parts = { { .small = "vision/medsam/model.safetensors",
                 .folder = ".",
                 .file = "model.safetensors",
                 .dtype = ARRA_F32,
                 .stacks = { { "vision_encoder.layers.", 12, "001" } },
                 .sizes = { { "patch_embed", 0, 16, 16 },
                            { "rel_pos", 1, 5, 27 },
                            { "rel_pos", 1, 7, 127 },
                            { "rel_pos", 2, 8, 64 },
                            { "pos_embed", 0, 4, 64 },
                            { NULL, 0, 32, 768 },
                            { NULL, 0, 96, 2304 },
                            { NULL, 0, 128, 3072 },
                            { NULL, 0, 16, 256 } },
                 .config = "vision/medsam/config.json",
                 .members = { { "vision_config.global_attn_indexes", "[2, 5, 8, 11]" },
                              { "vision_config.hidden_size", "768" },
                              { "vision_config.image_size", "1024" },
                              { "vision_config.mlp_dim", "3072" },
                              { "vision_config.num_attention_heads", "12" },
                              { "vision_config.num_hidden_layers", "12" },
                              { "vision_config.output_channels", "256" },
                              { "vision_config.window_size", "14" } } } } },
  { .name = "dinov2-b",
    .parts = { { .small = "vision/dinov2/model.safetensors",
                 .folder = ".",
                 .file = "model.safetensors",
                 .dtype = ARRA_F32,
                 .stacks = { { "encoder.layer.", 12, EVERY } },
                 .sizes = { { NULL, 0, 32, 768 }, { NULL, 0, 128, 3072 }, { NULL, 0, 17, 1370 } },
                 .config = "vision/dinov2/config.json",
                 .members = { { "hidden_size", "768" },
                              { "image_size", "518" },
                              { "num_attention_heads", "12" },
                              { "num_hidden_layers", "12" } } } } },
  { .name = "inception",
    .parts = { { .folder = ".",
                 .file = "pt_inception-2015-12-05-6726825d.pth",
                 .dtype = ARRA_F32,
                 .add = published_add_inception } } },
  { .name = "densenet-121",
    .parts = { { .folder = ".",
                 .file = "densenet121-res224-all.pt",
                 .form = TORCH_WRITE_MODULE,
                 .dtype = ARRA_F32,
                 .add = published_add_densenet } } },
  { .name = "janus-pro-7b", .parts = { JANUS (2, 30, 4096, 11008, 32) }, .prompt = "a red fox in fresh snow" },
  { .name = "arra-adapt-mimic-7b",
    .parts
    = { { .small = "e2e/model",
          .folder = ".",
          .file = "model.safetensors",
          .shards = 3,
          .dtype = ARRA_BF16,
          .without = { "adaptor." },
          .stacks = { { "model.layers.", 32, EVERY } },
          .sizes = { { NULL, 0, 9248, 65536 }, { NULL, 0, 32, 4096 }, { NULL, 0, 88, 11008 }, { NULL, 0, 8, 128 } },
          .config = "e2e/model/config.json",
          .members = { { "vocab_size", "65536" },
                       { "hidden_size", "4096" },
                       { "intermediate_size", "11008" },
                       { "num_hidden_layers", "32" },
                       { "num_attention_heads", "32" },
                       { "num_key_value_heads", "32" } },
          .copies = { { "e2e/model/tokenizer.json", "tokenizer.json" },
                      { "e2e/model/tokenizer_config.json", "tokenizer_config.json" } } },
        CHAMELEON_VQGAN },
    .prompt = "no acute findings",
    .size = "128x128" },
  { .name = "chameleon-7b-meta",
    .parts
    = { { .small = "chameleon/a_mha/meta/consolidated.pth",
          .folder = "models/7b",
          .file = "consolidated.pth",
          .dtype = ARRA_BF16,
          .without = { "rope." },
          .stacks = { { "layers.", 32, EVERY } },
          .sizes = { { NULL, 0, 320, 65536 }, { NULL, 0, 64, 4096 }, { NULL, 0, 172, 11008 }, { NULL, 0, 16, 128 } },
          .config = "chameleon/a_mha/meta/params.json",
          .members = { { "model.dim", "4096" },
                       { "model.n_layers", "32" },
                       { "model.n_heads", "32" },
                       { "model.vocab_size", "65536" },
                       { "model.multiple_of", "256" } },
          .copies = { { "chameleon/a_mha/meta/consolidate_params.json", "consolidate_params.json" },
                      { "e2e/model/tokenizer.json", "../../tokenizer/text_tokenizer.json" } } },
        CHAMELEON_VQGAN },
    .open = "models/7b",
    .prompt = "a red fox in fresh snow",
    .size = "128x128" },
};

const Published *
published_find (const char *name)
{
  for (gsize i = 0; i < G_N_ELEMENTS (models); i++)
    if (strcmp (models[i].name, name) == 0)
      return &models[i];
  return NULL;
}
