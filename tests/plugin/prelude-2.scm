; prelude-2.scm - what the tests' scripts say, in the words of GIMP 2.10
; SPDX-License-Identifier: GPL-3.0-or-later

(define (call-plug-in image)
  (plug-in-arra-generate 1 image -1 prompt checkpoint vqgan width height count seed first guidance top-k text-top-k temperature top-p
                         greedy threads memory-limit insert include-recipe include-prompt seamless tries cfg-interval keep text-encoder))
(define (call-fill image layer)
  (plug-in-arra-fill 1 image layer prompt checkpoint vqgan count seed first guidance top-k text-top-k temperature top-p
                     greedy threads memory-limit include-recipe include-prompt around tries cfg-interval keep text-encoder))
(define (call-vary image layer)
  (plug-in-arra-vary 1 image layer prompt checkpoint vqgan count seed first guidance top-k text-top-k temperature top-p
                     greedy threads memory-limit include-recipe include-prompt vary from-row tries cfg-interval keep text-encoder))
(define (call-map image layer phrase as)
  (plug-in-arra-map 1 image layer prompt checkpoint vqgan threads memory-limit phrase (cadr (assoc as '(("layer" 0) ("selection" 1))))
                    text-encoder))
(define seamless 0)
(define around 0)
(define (choose-edges name) (set! seamless (cadr (assoc name '(("none" 0) ("x" 1) ("y" 2) ("both" 3))))))
(define (choose-around name) (set! around (cadr (assoc name '(("visible" 0) ("layer" 1))))))
(define (places name) (cadr (assoc name '(("native" 0) ("canvas" 1) ("selection" 2) ("automatic" 3)))))
(define (choose-place name) (set! insert (places name)))
(define insert 0)

(define (new-layer image w h type) (car (gimp-layer-new image w h type "background" 100 0)))
(define (layer-size layer) (list (car (gimp-drawable-width layer)) (car (gimp-drawable-height layer))))
(define (layer-offsets layer) (gimp-drawable-offsets layer))
(define (layer-names image) (map (lambda (l) (car (gimp-item-get-name l))) (vector->list (cadr (gimp-image-get-layers image)))))
(define (save-png image path)
  (file-png-save 1 image (car (gimp-image-merge-visible-layers image CLIP-TO-IMAGE)) path path 0 9 0 0 0 0 0))
(define (save-xcf image path) (gimp-xcf-save 1 image (vector-ref (cadr (gimp-image-get-layers image)) 0) path path))
(define (load-xcf path) (car (gimp-file-load 1 path path)))
(define (fill layer) (gimp-drawable-edit-fill layer FILL-FOREGROUND))
(define (call-interactive)
  (plug-in-arra-generate 0 -1 -1 prompt checkpoint vqgan width height count seed first guidance top-k text-top-k temperature top-p
                         greedy threads memory-limit insert include-recipe include-prompt seamless tries cfg-interval keep text-encoder))
(define (new-group image) (car (gimp-layer-group-new image)))
(define (children group) (vector->list (cadr (gimp-item-get-children group))))
(define (active image) (car (gimp-image-get-active-layer image)))
(define (activate image layer) (gimp-image-set-active-layer image layer))
(define (set-profile image path) (gimp-image-set-color-profile-from-file image (string-append "file://" path)))
(define (all-images) (vector->list (cadr (gimp-image-list))))
(define (all-layers image) (vector->list (cadr (gimp-image-get-layers image))))
