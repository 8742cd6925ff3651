/* card_keys.h - how GGUF files name what a model that is trained on takes over from its checkpoint's card
 * SPDX-License-Identifier: GPL-3.0-or-later */
#pragma once

#define ARRA_CARD_LICENSE_KEY "general.license"
#define ARRA_CARD_LICENSE_LINK_KEY "general.license.link"
#define ARRA_CARD_MEDICAL_KEY "arra.card.medical"
#define ARRA_DEFAULT_PREFIX "arra.default." /* then the key of arra.json */
