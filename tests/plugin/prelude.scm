; prelude.scm - what all the tests' scripts start from
; SPDX-License-Identifier: GPL-3.0-or-later

(define prompt "a red fox")
(define width 64)
(define height 64)
(define count 1)
(define seed 7)
(define first 0)
(define guidance -1)
(define top-k -1)
(define text-top-k -1)
(define temperature 0)
(define top-p 0)
(define greedy FALSE)
(define threads 1)
(define memory-limit 0)
(define tries 0)
(define cfg-interval -1)
(define keep 0)
(define text-encoder "")
(define vary 0.3)
(define from-row 0)
(define include-recipe TRUE)
(define include-prompt TRUE)

; precisions
(define u8 150)
(define u8-linear 100)
(define u16 250)
(define float-linear 600)

(define (at name) (string-append scratch "/" name))
(define report (open-output-file (at "report.txt")))
(define (say name value) (display name report) (display "=" report) (display value report) (newline report))
(define (done) (say "done" 1) (close-output-port report))

; a list: the new layers
(define (generate image) (vector->list (caddr (call-plug-in image))))
(define (made-of values) (vector->list (caddr values)))
(define (image-of layer) (car (gimp-item-get-image layer)))
(define (flag value) (car value))

; a picture of a user: one layer of a plain colour
(define (new-picture w h base precision)
  (let* ((image (car (gimp-image-new-with-precision w h base precision)))
         (layer (new-layer image w h (* 2 base))))
    (gimp-image-insert-layer image layer 0 -1)
    (gimp-context-set-foreground '(40 90 160))
    (fill layer)
    image))

; a layer's pixels as 8-bit sRGB, with its mask applied
(define (save-layer layer name)
  (let* ((size (layer-size layer))
         (image (car (gimp-image-new (car size) (cadr size) RGB)))
         (copy (car (gimp-layer-new-from-drawable layer image))))
    (gimp-image-insert-layer image copy 0 -1)
    (gimp-layer-set-offsets copy 0 0)
    (gimp-item-set-visible copy TRUE)
    (save-png image (at name))
    (gimp-image-delete image)))

; what GIMP shows of the image now, without making anything anew
(define (save-visible image w h name)
  (let* ((copy (car (gimp-image-new w h RGB)))
         (layer (car (gimp-layer-new-from-visible image copy "visible"))))
    (gimp-image-insert-layer copy layer 0 -1)
    (save-png copy (at name))
    (gimp-image-delete copy)))

(define (save-image image name)
  (let ((copy (car (gimp-image-duplicate image))))
    (save-png copy (at name))
    (gimp-image-delete copy)))
