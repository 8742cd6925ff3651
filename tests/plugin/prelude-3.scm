; prelude-3.scm - what the tests' scripts say, in the words of GIMP 3
; SPDX-License-Identifier: GPL-3.0-or-later

(define insert "native")
(define (choose-place name) (set! insert name))
(define (call-plug-in image)
  (if (= image -1)
      (plug-in-arra-generate
        #:run-mode RUN-NONINTERACTIVE #:prompt prompt #:checkpoint checkpoint #:vqgan vqgan #:text-encoder text-encoder
        #:width width #:height height #:count count #:seed seed #:first first #:guidance guidance #:top-k top-k #:text-top-k text-top-k
        #:temperature temperature #:top-p top-p #:greedy greedy #:threads threads #:memory-limit memory-limit
        #:insert insert #:include-recipe include-recipe #:include-prompt include-prompt #:seamless seamless #:tries tries #:cfg-interval cfg-interval #:keep keep)
      (plug-in-arra-generate
        #:run-mode RUN-NONINTERACTIVE #:image image #:prompt prompt #:checkpoint checkpoint #:vqgan vqgan #:text-encoder text-encoder
        #:width width #:height height #:count count #:seed seed #:first first #:guidance guidance #:top-k top-k #:text-top-k text-top-k
        #:temperature temperature #:top-p top-p #:greedy greedy #:threads threads #:memory-limit memory-limit
        #:insert insert #:include-recipe include-recipe #:include-prompt include-prompt #:seamless seamless #:tries tries #:cfg-interval cfg-interval #:keep keep)))
(define (call-fill image layer)
  (plug-in-arra-fill
    #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer) #:prompt prompt #:checkpoint checkpoint #:vqgan vqgan #:text-encoder text-encoder
    #:count count #:seed seed #:first first #:guidance guidance #:top-k top-k #:text-top-k text-top-k #:temperature temperature #:top-p top-p
    #:greedy greedy #:threads threads #:memory-limit memory-limit #:include-recipe include-recipe #:include-prompt include-prompt
    #:around around #:tries tries #:cfg-interval cfg-interval #:keep keep))
(define (call-vary image layer)
  (plug-in-arra-vary
    #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer) #:prompt prompt #:checkpoint checkpoint #:vqgan vqgan #:text-encoder text-encoder
    #:count count #:seed seed #:first first #:guidance guidance #:top-k top-k #:text-top-k text-top-k #:temperature temperature #:top-p top-p
    #:greedy greedy #:threads threads #:memory-limit memory-limit #:include-recipe include-recipe #:include-prompt include-prompt
    #:vary vary #:from-row from-row #:tries tries #:cfg-interval cfg-interval #:keep keep))
(define (call-map image layer phrase as)
  (plug-in-arra-map
    #:run-mode RUN-NONINTERACTIVE #:image image #:drawables (vector layer) #:prompt prompt #:checkpoint checkpoint #:vqgan vqgan #:text-encoder text-encoder
    #:threads threads #:memory-limit memory-limit #:phrase phrase #:as as))
(define seamless "none")
(define around "visible")
(define (choose-edges name) (set! seamless name))
(define (choose-around name) (set! around name))

(define (new-layer image w h type) (car (gimp-layer-new image "background" w h type 100 0)))
(define (layer-size layer) (list (car (gimp-drawable-get-width layer)) (car (gimp-drawable-get-height layer))))
(define (layer-offsets layer) (gimp-drawable-get-offsets layer))
(define (layer-names image) (map (lambda (l) (car (gimp-item-get-name l))) (vector->list (car (gimp-image-get-layers image)))))
(define (save-png image path)
  (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)
  (file-png-export #:image image #:file path))
(define (save-xcf image path) (gimp-xcf-save RUN-NONINTERACTIVE image path))
(define (load-xcf path) (car (gimp-file-load RUN-NONINTERACTIVE path)))
(define (fill layer) (gimp-drawable-edit-fill layer FILL-FOREGROUND))
(define (call-interactive) (plug-in-arra-generate #:run-mode RUN-INTERACTIVE #:prompt prompt #:checkpoint checkpoint #:vqgan vqgan #:text-encoder text-encoder))
(define (new-group image) (car (gimp-group-layer-new image "group")))
(define (children group) (vector->list (car (gimp-item-get-children group))))
(define (active image) (vector-ref (car (gimp-image-get-selected-layers image)) 0))
(define (activate image layer) (gimp-image-set-selected-layers image (vector layer)))
(define (set-profile image path) (gimp-image-set-color-profile-from-file image path))
(define (all-images) (vector->list (car (gimp-get-images))))
(define (all-layers image) (vector->list (car (gimp-image-get-layers image))))
